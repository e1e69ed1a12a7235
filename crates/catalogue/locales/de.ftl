### Countersign, Deutsch. Dieselben Schlüssel und Variablen stehen in en.ftl; ein Test hält das so.

## sign-intent
## Der Text, der gehasht und unterschrieben wird. Nur catalogue::intent setzt ihn zusammen.

sign-intent-opening = Ich, { $name }, unterzeichne die Änderung { $amendment } zu { $kind } { $record } von Patient { $patient }. Aus Version { $base } wird Version { $next }.
sign-intent-change = { $label }: { $base } wird zu { $proposed }.
sign-intent-empty = leer
sign-intent-quoted = „{ $text }“
sign-intent-meaning = Bedeutung:
sign-intent-reason = Grund:
sign-intent-choose = wählen Sie
sign-intent-closing = Meine elektronische Unterschrift bindet mich wie meine handschriftliche.

## fields

## ui

# Der Rahmen jeder Ansicht.
product = Countersign
skip = Zum Inhalt springen
navigation = Hauptmenü
actions = Aktionen
status = Zustand
account = Konto
signed-in-since = angemeldet seit { $clock }
signed-in-since-unchanged = angemeldet seit { $clock }, unverändert
sign-out = Abmelden
language-en = English
language-de = Deutsch
close = Schließen
reference = Referenz
reference-copy = Referenz kopieren
reference-copied = Die Referenz wurde kopiert.
back-to-worklist = Zurück zur Arbeitsliste
back-read-only = Zurück zur Arbeitsliste, nur lesen
try-again = Erneut versuchen
record-of-patient = { $record }, Patient { $patient }
version = Version { $version }
becomes = wird zu
value-none = keine Angabe
value-empty = leer
more-fields = { $count ->
    [one] und 1 weiteres Feld
   *[other] und { $count } weitere Felder
}
column-record = Eintrag
column-patient = Patient
column-change = Was sich ändert
column-requested = Angefordert von
column-due = Fällig
column-state = Stand
column-field = Feld
column-mark = Kennzeichen
mark-changed = geändert
mark-same = gleich
mark-changed-meanwhile = inzwischen geändert
fault-unexpected = Etwas ist misslungen, wofür Countersign keinen Namen hat. Dadurch wurde nichts unterschrieben.
memory-only = Auf diesem Rechner gibt es keinen Schlüsselbund: Nach dem Schließen von Countersign müssen Sie sich neu anmelden.

# Die Statusleiste.
status-records-on = Aktendienst verbunden
status-records-off = Aktendienst nicht erreicht
status-outbox = { $count ->
    [0] Ausgang leer
   *[other] { $count } im Ausgang
}
status-audit-ok = Protokollkette vollständig
status-audit-broken = Protokollkette unterbrochen
status-signing-locked = Unterschreiben gesperrt
offline = Der Aktendienst ist nicht erreichbar.
offline-read-on = Sie können lesen; unterschreiben geht von selbst wieder, sobald die Verbindung steht.
outbox = { $count ->
    [one] 1 Unterschrift liegt versiegelt und sicher im Ausgang. Sie wird von selbst gesendet: nicht erneut unterschreiben.
   *[other] { $count } Unterschriften liegen versiegelt und sicher im Ausgang. Sie werden von selbst gesendet: nicht erneut unterschreiben.
}

# Tage und Zeiten. Die Teile kommen aus dem Kalender des Systems, die Reihenfolge von hier.
date-day = { $day }.{ $month }.{ $year }
date-short-clock = { $day }.{ $month }. { $clock }
date-short-clock-year = { $day }.{ $month }.{ $year } { $clock }
date-full = { $weekday }., { $day }.{ $month }.{ $year }, { $clock } { $timeZoneName }
date-exact = { $day }.{ $month }.{ $year }, { $clock } { $timeZoneName }
date-clock-zone = { $clock } { $timeZoneName }
due-overdue = Überfällig seit { $span }
due-since = seit { $when }
due-today = Heute, { $clock }
due-tomorrow = Morgen, { $clock }
due-in = in { $span }
due-day = { $weekday }., { $day }.{ $month }., { $clock }
due-day-year = { $weekday }., { $day }.{ $month }.{ $year }, { $clock }
span-days = { $days ->
    [one] 1 Tag
   *[other] { $days } Tagen
}
span-hours = { $hours } Std.
span-minutes = { $minutes } Min.
span-hours-minutes = { $hours } Std. { $minutes } Min.

# Anmelden.
sign-in-title = Melden Sie sich an, um zu sehen, was auf Ihre Unterschrift wartet
sign-in-lead-browser = Ihr Klinikkonto öffnet sich im Browser. Kommen Sie hierher zurück, wenn er meldet, dass Sie angemeldet sind.
sign-in-lead-window = Ihr Klinikkonto öffnet sich in einem eigenen Fenster. Es schließt sich von selbst, sobald Sie angemeldet sind.
sign-in = Im Browser anmelden
sign-in-window = Im eigenen Fenster anmelden
sign-in-page = Anmeldeseite: <origin>{ $origin }</origin>
sign-in-promise = Späteres Unterschreiben ändert nie, wer hier angemeldet ist.
sign-in-device = Dieses Gerät: <b>{ $device }</b>.
sign-in-expired = Ihre Sitzung ist beendet. Melden Sie sich erneut an, um weiterzuarbeiten.
sign-in-signed-out = Sie sind abgemeldet.
sign-in-waiting-title = Wartet auf Ihre Anmeldung
sign-in-waiting-browser = Melden Sie sich im Browser an und kommen Sie dann hierher zurück.
sign-in-waiting-window = Melden Sie sich im eigenen Fenster an.
sign-in-cancel = Anmeldung abbrechen

# Arbeitsliste.
worklist = Arbeitsliste
worklist-caption = Änderungen, die auf Ihre Unterschrift warten, nach Fälligkeit geordnet
worklist-count = { $count ->
    [0] Nichts wartet auf Ihre Unterschrift.
    [one] 1 Änderung wartet auf Ihre Unterschrift.
   *[other] { $count } Änderungen warten auf Ihre Unterschrift.
}{ $overdue ->
    [0] { "" }
    [one] { " " }1 ist überfällig.
   *[other] { " " }{ $overdue } sind überfällig.
}
worklist-filtered = { $count } von { $all } passen zum Filter.
worklist-reading = Die Arbeitsliste wird gelesen …
worklist-show = Zeigen
worklist-show-all = Alle
worklist-show-overdue = Überfällig
worklist-show-today = Heute fällig
worklist-show-second = Zweite Unterschrift
worklist-find = Nach Eintrag, Patient oder Person filtern
worklist-find-short = Filter
worklist-review = Änderung prüfen
worklist-empty = Alles unterschrieben
worklist-empty-more = Neue Änderungen erscheinen hier von selbst, sobald jemand Ihre Unterschrift anfordert. Zuletzt nachgesehen um { $clock }.
worklist-check = Jetzt nachsehen
worklist-nomatch = Keine Änderung passt zu „{ $query }“
worklist-nomatch-show = Keine Änderung passt zum Filter
worklist-hidden = { $count ->
    [one] 1 Änderung ist durch den Filter verborgen.
   *[other] { $count } Änderungen sind durch den Filter verborgen.
}
worklist-clear = Filter löschen
state-ready = Bereit
state-second = Zweite Unterschrift
state-given = { $given } von { $required } geleistet
state-changed = Geändert
state-changed-sub = bitte neu lesen
state-needs-connection = Braucht Verbindung

# Prüfen.
review-reading = Die Änderung wird gelesen …
review-again = Erneut lesen
review-patient = Patient <b>{ $patient }</b>
review-record = Eintrag <b>{ $record }</b>
review-amendment = Änderung <b>{ $amendment }</b>
review-due = Fällig <b>{ $when }</b>
review-previous = Vorige Änderung
review-next = Nächste Änderung
review-place = { $at } von { $all }
review-caption = Eintrag jetzt und wie vorgeschlagen, Feld für Feld
review-now = Eintrag jetzt
review-now-version = Version { $version }, seit { $day }
review-proposed = Vorgeschlagen
review-proposed-version = wird mit der Unterschrift Version { $version }
review-text = Der genaue Text, den Sie unterschreiben
review-slots = { $count ->
    [one] Einen Teil füllen Sie im nächsten Schritt aus
    [2] Zwei Teile füllen Sie im nächsten Schritt aus
   *[other] { $count } Teile füllen Sie im nächsten Schritt aus
}
review-aside = Warum, und frühere Unterschriften
review-why = Warum
review-requested = Angefordert von <b>{ $name }</b>
review-requested-role = Angefordert von <b>{ $name }</b>, { $role }
review-signatures = Frühere Unterschriften an diesem Eintrag
review-no-signatures = Dieser Eintrag trägt noch keine Unterschrift.
review-signature = <b>{ $name }</b>, Version { $version }
review-receipt = Quittung { $receipt }
review-decline = Ablehnen…
review-sign = Unterschreiben…

# Ablehnen.
decline-title = Änderung { $amendment } ablehnen?
decline-record-stays = { $record } bleibt bei Version { $version }. Nichts wird unterschrieben.
decline-told = { $name } sieht Ihren Grund.
decline-reason = Grund der Ablehnung
decline-needs-reason = Schreiben Sie, warum Sie ablehnen.
decline-keep = Offen lassen
decline = Ablehnen
declined = Die Änderung { $amendment } wurde abgelehnt.

# Unterschreiben.
sign-title = Änderung { $amendment } unterschreiben
sign-change = { $label } { $base } wird zu <b>{ $proposed }</b>
sign-close = Schließen, zurück zum Prüfen
sign-meaning = Was Ihre Unterschrift bedeutet
sign-reason = Grund der Änderung
sign-reason-choose = Wählen Sie einen Grund
sign-reason-missing = Wählen Sie den Grund der Änderung.
sign-note = Notiz
sign-note-hint = freiwillig, wird Teil der Unterschrift
sign-text = Der genaue Text, den Sie unterschreiben, nun vollständig
sign-text-open = Der genaue Text, den Sie unterschreiben
sign-button = Erneut anmelden und unterschreiben
sign-button-opens = Öffnet { $host } in einem eigenen Fenster
sign-time = { $minutes ->
    [one] Sie haben 1 Minute. Hier bleiben Sie angemeldet, was immer dort geschieht.
   *[other] Sie haben { $minutes } Minuten. Hier bleiben Sie angemeldet, was immer dort geschieht.
}

# Die Unterschrift läuft.
ceremony-task = Unterschrift { $amendment }: { $record }, Patient { $patient }
ceremony-title = Im eigenen Fenster erneut anmelden
ceremony-title-checking = Ihre Unterschrift wird geprüft
ceremony-only-you = Nur Sie, { $name }, können diese Unterschrift leisten.
ceremony-left = Verbleibende Zeit
ceremony-left-progress = Verbleibende Zeit für die Anmeldung
ceremony-until = übrig, bis { $clock }
ceremony-steps = Schritte
ceremony-look-for = Suchen Sie dieses Fenster
ceremony-window-title = <b>{ $origin }</b> · Zum Unterschreiben anmelden
ceremony-origin = Sein Titel muss genau so beginnen:
ceremony-origin-else = Zeigt es eine andere Adresse: abbrechen, IT anrufen.
ceremony-session-title = Ihre Sitzung bleibt unberührt
ceremony-session = Sie sind seit { $clock } als <b>{ $name }</b> angemeldet und bleiben es, wer immer sich dort anmeldet.
ceremony-runs-out = Läuft die Zeit ab, wird nichts unterschrieben; Ihre Eingabe bleibt.
ceremony-cancel = Unterschrift abbrechen
ceremony-cancelling = Wird abgebrochen …
ceremony-forward = Anmeldung nach vorn holen
step-prepared = Unterschrift vorbereitet
step-window = Eigenes, leeres Fenster geöffnet
step-preflight = Dort war niemand angemeldet
step-signer = Sie melden sich als { $name } an
step-signer-hint = Nutzen Sie dort Ihr eigenes Klinikkonto.
step-identity = Dieselbe Person wie in Ihrer Sitzung
step-sealed = Unterschrift versiegelt und gesendet
step-receipt = Quittung geprüft
step-done = Erledigt { $clock }
step-done-plain = Erledigt
step-now = Läuft
step-waiting = Wartet auf Sie
step-todo = Folgt
said-step = Erledigt: { $done }. Jetzt: { $now }.
said-last-step = Erledigt: { $done }.
said-time = { $seconds ->
    [120] Noch 2 Minuten für die Anmeldung.
    [60] Noch 1 Minute für die Anmeldung.
   *[other] Noch { $seconds } Sekunden für die Anmeldung.
}

# Ausgänge.
signed = Unterschrieben und eingetragen
signed-say = { $kind } { $record } ist jetzt Version { $version }.
signed-electronically = Elektronisch unterschrieben
signed-receipt = Quittung
signed-time = Datum und Uhrzeit
signed-meaning = Bedeutung
signed-meaning-text = { $meaning }: { $text }
signed-reason = Grund
signed-reason-note = { $reason }. „{ $note }“
signed-record = Eintrag
signed-versions = { $record }, Patient { $patient }. Aus Version { $base } wurde Version { $new }
signed-changed = Geändert
signed-save = Nachweis speichern…
signed-saved = Der Nachweis wurde gespeichert: { $path }
signed-print = Drucken…
signed-session = Ihre Sitzung ist unverändert: { $name }, seit { $clock }
signed-next = Als Nächstes: { $record }, { $kind }, fällig { $due }
signed-next-overdue = Als Nächstes: { $record }, { $kind }, { $due }
signed-next-open = Nächste Änderung
not-applied = Die Unterschrift wurde nicht übernommen. Ihre Sitzung und Ihre Eingabe sind unverändert. Referenz { $reference }.
not-applied-title = Die Unterschrift wurde nicht übernommen.
not-applied-unchanged = Ihre Sitzung und Ihre Eingabe sind unverändert.
not-applied-reference = Referenz <ref>{ $reference }</ref>
not-applied-again = Wieder? Nennen Sie der IT die Referenz.
cancelled = Sie haben abgebrochen. Nichts wurde unterschrieben, Ihre Eingabe bleibt.
cancelled-title = Sie haben abgebrochen
cancelled-say = Nichts wurde unterschrieben, Ihre Eingabe bleibt.
timed-out = Die Zeit ist abgelaufen. Nichts wurde unterschrieben, Ihre Eingabe bleibt.
timed-out-title = Die Zeit ist abgelaufen
timed-out-say = Nichts wurde unterschrieben, Ihre Eingabe bleibt.
network = Die Anmeldeseite war nicht erreichbar. Nichts wurde unterschrieben.
network-title = Keine Verbindung. Nichts wurde unterschrieben.
local-title = Nichts wurde unterschrieben
kept-session = Hier angemeldet
kept-session-since = { $name }, seit { $clock }
kept-amendment = Änderung
kept-waiting = { $amendment } zu { $record }, Patient { $patient }, wartet weiter
kept-entry = Ihre Eingabe
entry-kept = Unverändert erhalten
entry-kept-choices = { $meaning }, { $reason }
entry-kept-note = { $meaning }, { $reason }, Notiz erhalten
record-changed = Der Eintrag hat sich während der Unterschrift geändert. Nichts wurde unterschrieben. Bitte neu lesen und dann entscheiden.
record-changed-title = Der Eintrag hat sich während der Unterschrift geändert
record-changed-say = Nichts wurde unterschrieben. Sie haben Version { $read } gelesen, der Eintrag ist jetzt Version { $now }. Bitte neu lesen und dann entscheiden.
record-changed-say-unknown = Nichts wurde unterschrieben. Sie haben Version { $read } gelesen, der Eintrag ist inzwischen ein anderer. Bitte neu lesen und dann entscheiden.
record-changed-caption = Was Sie gelesen haben, der Eintrag jetzt, und was vorgeschlagen ist
record-changed-read = Gelesen
record-changed-kept = Bedeutung, Grund und Notiz bleiben erhalten. Referenz <ref>{ $reference }</ref>
record-changed-review = Version { $version } prüfen
record-changed-review-again = Erneut prüfen
unconfirmed = Ihre Unterschrift ist versiegelt; ob sie eingetragen ist, wird erfragt. Bitte nicht erneut unterschreiben.
unconfirmed-title = Versiegelt, noch nicht eingetragen
unconfirmed-by-itself = Sie wird von selbst gesendet, auch nach einem Neustart.
signing-locked = Unterschreiben ist für diese Sitzung gesperrt. Sie bleiben angemeldet.
signing-locked-title = Unterschreiben ist für diese Sitzung gesperrt
signing-locked-say = { $attempts ->
    [one] Die Unterschrift wurde nicht übernommen. Sie bleiben angemeldet und können alles lesen. Ihre Eingabe bleibt.
   *[other] Die Unterschrift wurde { $attempts }-mal nicht übernommen. Sie bleiben angemeldet und können alles lesen. Ihre Eingabe bleibt.
}
signing-locked-told = Die Sicherheitsabteilung wurde um { $clock } verständigt. Referenz <ref>{ $reference }</ref>
signing-locked-telling = Die Sicherheitsabteilung wird verständigt. Referenz <ref>{ $reference }</ref>
signing-locked-again = Um wieder zu unterschreiben, melden Sie sich ab und neu an.
signing-locked-somebody = Hat jemand anderes versucht, hier zu unterschreiben? Rufen Sie die IT an.
signing-locked-entry = Ihre Eingabe
signing-locked-kept = { $amendment }, { $record }, bis Sie sich abmelden

# Gesperrt durch einen Mangel.
blocked = Angehalten
blocked-title = Countersign kann erst genutzt werden, wenn die IT dies behoben hat
blocked-code = Name
blocked-device = Gerät
blocked-version = Version

# Tasten.
hint-move = bewegen
hint-review = prüfen
hint-filter = filtern
hint-clear = Filter löschen
hint-check = jetzt nachsehen
hint-all = alle Tasten
hint-worklist = Arbeitsliste
hint-next = nächste
hint-previous = vorige
hint-sign = unterschreiben
hint-decline = ablehnen
keys-open = Tastatur…
keys-title = Alle Tasten
keys-worklist = Arbeitsliste
keys-review-screen = Prüfen
keys-signing = Unterschreiben
keys-everywhere = Überall
keys-move = zu einer anderen Zeile
keys-review = Änderung prüfen
keys-filter = zum Filter
keys-refresh = nach neuen Änderungen sehen
keys-next = nächste Änderung
keys-previous = vorige Änderung
keys-sign = zum Unterschreiben
keys-decline = ablehnen
keys-forward = Anmeldefenster nach vorn holen
keys-escape = zurück, oder die sichere Antwort
keys-all = diese Liste zeigen
keys-single = Einzelne Zeichen lösen Kurzbefehle aus
keys-single-hint = Schalten Sie dies ab, wenn Sie diktieren oder Tasten versehentlich drücken. Pfeiltasten, Eingabe, Escape und F6 gehen immer. Keine Taste allein unterschreibt je.
