package demo

import (
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/newsletter"
)

// sent is a newsletter that has gone out.
var sent = map[language.Tag]newsletter.Text{
	"en": {Subject: "When the project ends: keeping integration work going", Body: `
Dear colleagues,

Many of us know the moment: a good programme has found its people and its place, and then the money ends. This issue is about what comes after.

## Three ways to go on

- **Make it part of an office.** A language café that belongs to the library has a room, a budget line and somebody who opens the door.
- **Share it with neighbours.** One interpreter is too much for a town of 8,000 inhabitants. For five towns together it is a job.
- **Train those who stay.** What the registry and the school office have learnt does not leave with the project team.

## Who does what

Where do the duties of the state end, and where do those of the municipality begin? A short list on one page helps both sides: residence permits, school places, health cards, emergency housing, and for each the office, the telephone number and a deputy. If you have such a list, please share it with the other members.

## Learn from each other

1. Choose one thing that works in your town.
2. Write down for whom it is, what it costs and what you would do differently.
3. Tell a colleague in another country, and ask for theirs.

> It was not the idea that we had missed. It was somebody who had tried it.

The [list of topics for the online training](https://training.example.org/topics) is open for your wishes until the end of the month.

With kind regards,

the coordinators
`},
	"el": {Subject: "Όταν τελειώνει το έργο: πώς συνεχίζεται η ένταξη", Body: `
Αγαπητοί συνάδελφοι, αγαπητές συναδέλφισσες,

Τη στιγμή αυτή τη γνωρίζουμε πολλοί: ένα καλό πρόγραμμα έχει βρει τους ανθρώπους και τη θέση του, και τότε τελειώνει η χρηματοδότηση. Το τεύχος αυτό μιλά για το μετά.

## Τρεις τρόποι να συνεχίσετε

- **Εντάξτε το σε μια υπηρεσία.** Ένα στέκι γλώσσας που ανήκει στη βιβλιοθήκη έχει χώρο, κονδύλι και κάποιον που ανοίγει την πόρτα.
- **Μοιραστείτε το με τους γείτονες.** Ένας διερμηνέας είναι πολύς για έναν δήμο 8.000 κατοίκων. Για πέντε δήμους μαζί είναι μια θέση εργασίας.
- **Επιμορφώστε όσους μένουν.** Όσα έμαθαν το δημοτολόγιο και το γραφείο παιδείας δεν φεύγουν μαζί με την ομάδα του έργου.

## Ποιος κάνει τι

Πού τελειώνουν οι αρμοδιότητες του κράτους και πού αρχίζουν του δήμου; Ένας σύντομος κατάλογος σε μία σελίδα βοηθά και τις δύο πλευρές: άδειες διαμονής, εγγραφές στο σχολείο, κάρτες υγείας, έκτακτη στέγαση, και για το καθένα η υπηρεσία, το τηλέφωνο και ο αναπληρωτής. Αν έχετε τέτοιον κατάλογο, μοιραστείτε τον με τα άλλα μέλη.

## Μαθαίνουμε ο ένας από τον άλλον

1. Διαλέξτε κάτι που λειτουργεί στον δήμο σας.
2. Γράψτε για ποιους είναι, πόσο κοστίζει και τι θα κάνατε διαφορετικά.
3. Πείτε το σε συνάδελφο άλλης χώρας και ζητήστε το δικό του.

> Δεν μας έλειπε η ιδέα. Μας έλειπε κάποιος που την είχε δοκιμάσει.

Ο [κατάλογος θεμάτων για την εξ αποστάσεως επιμόρφωση](https://training.example.org/topics) δέχεται τις προτάσεις σας έως το τέλος του μήνα.

Με εκτίμηση,

η συντονιστική ομάδα
`},
}

// unsent is a newsletter that is being written.
var unsent = map[language.Tag]newsletter.Text{
	"en": {Subject: "Partners wanted: how to say what you need", Body: `
Dear colleagues,

A call for proposals leaves little time to find partners. Those who have said beforehand what they look for are found first.

## Say it in four lines

- what you want to change, and for whom
- what you bring: people, places, experience
- what is missing
- by when you need to know

## First meeting of the housing group

Towns that look for homes for families who leave a reception centre meet online. **Please say by Friday** whether you take part.
`},
	"el": {Subject: "Ζητούνται εταίροι: πώς να πείτε τι χρειάζεστε", Body: `
Αγαπητοί συνάδελφοι, αγαπητές συναδέλφισσες,

Μια πρόσκληση υποβολής προτάσεων αφήνει λίγο χρόνο για να βρεθούν εταίροι. Όσοι έχουν πει από πριν τι αναζητούν βρίσκονται πρώτοι.

## Πείτε το σε τέσσερις γραμμές

- τι θέλετε να αλλάξετε και για ποιους
- τι προσφέρετε: ανθρώπους, χώρους, εμπειρία
- τι σας λείπει
- έως πότε χρειάζεστε απάντηση

## Πρώτη συνάντηση της ομάδας στέγασης

Δήμοι που αναζητούν κατοικίες για οικογένειες που φεύγουν από δομές φιλοξενίας συναντιούνται διαδικτυακά. **Δηλώστε έως την Παρασκευή** αν θα συμμετάσχετε.
`},
}
