package audit

// Action is something that people do and that is kept on record. Only this package makes them, so
// that none is written without its words in the catalogues: "audit.action." and its code.
type Action struct{ code string }

// String is the code that is stored.
func (a Action) String() string { return a.code }

// The actions of coordinators and, where it says so, of others.
var (
	Approve           = action("approve") // a registration; also by colleagues of the same organisation
	Decline           = action("decline") // as Approve
	Suspend           = action("suspend")
	Reinstate         = action("reinstate")
	MakeCoordinator   = action("make-coordinator") // also by the template, of the first one
	UnmakeCoordinator = action("unmake-coordinator")
	AddFactor         = action("add-factor") // the second factor, by coordinators for themselves
	RemoveFactor      = action("remove-factor")
	MakeRecoveryCodes = action("make-recovery-codes")
	ResetFactor       = action("reset-factor") // of a colleague
	Leave             = action("leave")        // by members, of themselves
	Erase             = action("erase")        // also by people, of themselves; the entry does not say of whom
	Import            = action("import")
	ExportMembers     = action("export-members")
	ExportReport      = action("export-report")
	ExportAudit       = action("export-audit")

	PublishPractice = action("publish-practice")
	AskChanges      = action("ask-changes")
	DeclinePractice = action("decline-practice")
	ArchivePractice = action("archive-practice")

	ScheduleNewsletter = action("schedule-newsletter")
	CancelNewsletter   = action("cancel-newsletter")
	PauseNewsletter    = action("pause-newsletter")
	ResumeNewsletter   = action("resume-newsletter")
	StopNewsletter     = action("stop-newsletter")
	RepeatNewsletter   = action("repeat-newsletter")
	PauseMailing       = action("pause-mailing")
	ResumeMailing      = action("resume-mailing")
	StopMailing        = action("stop-mailing")

	AddCall      = action("call-add")
	UploadCalls  = action("call-upload")
	CurateCall   = action("call-curate")
	MergeCalls   = action("call-merge")
	AddSource    = action("source-add")
	PauseSource  = action("source-pause")
	ResumeSource = action("source-resume")
	ReadSource   = action("source-read")
	TimeSource   = action("source-hours")
)

var actions []Action

func action(code string) Action {
	actions = append(actions, Action{code})
	return actions[len(actions)-1]
}

// Actions returns all actions.
func Actions() []Action { return actions }

// ActionOf returns the action with a code.
func ActionOf(code string) (Action, bool) {
	for _, a := range actions {
		if a.code == code {
			return a, true
		}
	}
	return Action{}, false
}
