package e2e

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// unreached are the grants that these tests do not need, by when the function does. What they are granted
// for is called in the tests of its package.
var unreached = map[string][]string{
	"an image of a newsletter is shown": {
		"ArchiveFunction dynamodb:GetItem table/NewslettersTable",
	},
	"a digest of practices is due, which is on Mondays, or a review has waited for days": {
		"DisseminationFunction dynamodb:BatchGetItem table/PracticesTable",
		"DisseminationFunction dynamodb:GetItem table/PracticesTable",
		"DisseminationFunction dynamodb:Query table/PracticesTable/index/list",
		"PracticeNewsFunction dynamodb:PutItem table/DeliveriesTable",
		"PracticeNewsFunction dynamodb:Query table/PracticesTable",
		"PracticeNewsFunction dynamodb:Query table/PracticesTable/index/list",
	},
	"a newsletter is paused while a part of it is being sent": {
		"DisseminationFunction dynamodb:ConditionCheckItem table/DeliveriesTable",
	},
	"a process died after it began a campaign of invitations": {
		"MemberImportFunction dynamodb:GetItem table/DeliveriesTable",
	},
	"mail to a member comes back or is complained of, or an address takes mail again after it did not": {
		"FeedbackFunction dynamodb:DeleteItem table/MembersTable",
		"FeedbackFunction dynamodb:UpdateItem table/MembersTable",
	},
	"so much bulk mail comes back that it may have to pause": {
		"FeedbackFunction dynamodb:Query table/DeliveriesTable",
	},
	"organisations look for partners and write to each other": {
		"FundingFunction dynamodb:BatchGetItem table/MembersTable",
		"FundingFunction dynamodb:UpdateItem table/InterestsTable",
		"FundingFunction ses:SendRawEmail configuration-set/ConfigurationSet from notices@munet.example.org",
		"FundingFunction ses:SendRawEmail identity/munet.example.org from notices@munet.example.org",
	},
	"coordinators add, merge and hide calls for funding": {
		"FundingFunction dynamodb:DeleteItem table/CallsTable",
		"FundingFunction dynamodb:PutItem table/AuditTable",
		"FundingFunction dynamodb:PutItem table/CallsTable",
	},
	"so many practices are published that parts of the index are joined": {
		"PracticeIndexFunction dynamodb:GetItem table/PracticesTable",
	},
	"somebody discards a draft, or wants mail about practices": {
		"PracticesFunction dynamodb:DeleteItem table/PracticesTable",
		"PracticesFunction dynamodb:UpdateItem table/MembersTable",
	},
	"who leaves is the contact for a practice, or has marked calls": {
		"RegistrationFunction dynamodb:GetItem table/PracticesTable",
		"RegistrationFunction dynamodb:PutItem table/InterestsTable",
		"RegistrationFunction dynamodb:PutItem table/PracticesTable",
		"RegistrationFunction dynamodb:UpdateItem table/PracticesTable",
	},
	"the first coordinator has registered an organisation before": {
		"SigninFunction dynamodb:UpdateItem table/MembersTable",
	},
}

// launched are the clouds that the tests have started.
var launched struct {
	sync.Mutex
	clouds []*cloud.Cloud
}

// launch starts a cloud whose functions are started by the tests alone, has all its answers held against
// the API's description, and remembers it for checkPrivileges.
func launch(ctx context.Context, o cloud.Options) (*cloud.Cloud, error) {
	o.NoSchedules, o.Throttle, o.Log, o.Around = true, template.AccountThrottle, logs(), watched
	c, err := cloud.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	launched.Lock()
	defer launched.Unlock()
	launched.clouds = append(launched.clouds, c)
	return c, nil
}

// checkPrivileges is an error if a function lacked a grant, or, after all tests, if the template grants
// what no function has used.
func checkPrivileges(all bool) error {
	launched.Lock()
	defer launched.Unlock()
	var problems []error
	unused := map[string]int{} // in how many clouds
	for _, c := range launched.clouds {
		for _, refused := range c.Access().Refused() {
			problems = append(problems, refused)
		}
		for function, grants := range c.Access().Unused() {
			for _, g := range grants {
				_, resource, _ := strings.Cut(g.Resource, ":"+c.Template.Account+":")
				g.Resource = strings.Replace(resource, c.Template.StackName+"-", "", 1)
				unused[function+" "+g.String()]++
			}
		}
	}
	if !all {
		return errors.Join(problems...)
	}
	excused := map[string]bool{}
	for _, grants := range unreached {
		for _, grant := range grants {
			excused[grant] = true
			if unused[grant] == 0 {
				problems = append(problems, fmt.Errorf("the template does not grant what is listed as unreached: %s", grant))
			}
		}
	}
	for _, grant := range slices.Sorted(maps.Keys(unused)) {
		if unused[grant] == len(launched.clouds) && !excused[grant] {
			problems = append(problems, fmt.Errorf("no test needs what the template grants: %s", grant))
		}
	}
	return errors.Join(problems...)
}
