### Countersign, English. The same keys and variables stand in de.ftl; a test keeps it so.

## sign-intent
## The text that is hashed and signed. Composed by catalogue::intent and by nothing else.

sign-intent-opening = I, { $name }, sign amendment { $amendment } to { $kind } { $record } of patient { $patient }. Version { $base } becomes version { $next }.
sign-intent-change = { $label }: { $base } becomes { $proposed }.
sign-intent-empty = empty
sign-intent-quoted = “{ $text }”
sign-intent-meaning = Meaning:
sign-intent-reason = Reason:
sign-intent-choose = you choose
sign-intent-closing = My electronic signature binds me as my handwritten one does.

## fields

## ui

# The frame of every screen.
product = Countersign
skip = Skip to content
navigation = Main
actions = Actions
status = Status
account = Account
signed-in-since = signed in since { $clock }
signed-in-since-unchanged = signed in since { $clock }, unchanged
sign-out = Sign out
language-en = English
language-de = Deutsch
close = Close
reference = Reference
reference-copy = Copy reference
reference-copied = The reference was copied.
back-to-worklist = Back to the worklist
back-read-only = Back to the worklist, read only
try-again = Try again
record-of-patient = { $record }, patient { $patient }
version = version { $version }
becomes = becomes
value-none = none
value-empty = empty
more-fields = { $count ->
    [one] and 1 more field
   *[other] and { $count } more fields
}
column-record = Record
column-patient = Patient
column-change = What changes
column-requested = Requested by
column-due = Due
column-state = State
column-field = Field
column-mark = Mark
mark-changed = changed
mark-same = same
mark-changed-meanwhile = changed meanwhile
fault-unexpected = Something went wrong that Countersign has no name for. Nothing was signed by it.
memory-only = There is no keyring on this computer: you have to sign in again after closing Countersign.

# The status bar.
status-records-on = Records service connected
status-records-off = Records service not reached
status-outbox = { $count ->
    [0] Outbox empty
   *[other] { $count } in the outbox
}
status-audit-ok = Audit chain complete
status-audit-broken = Audit chain broken
status-signing-locked = Signing locked
offline = The records service cannot be reached.
offline-read-on = You can read; signing starts again by itself when the connection is back.
outbox = { $count ->
    [one] 1 signature is sealed and safe in the outbox. It is sent by itself: do not sign it again.
   *[other] { $count } signatures are sealed and safe in the outbox. They are sent by themselves: do not sign them again.
}

# Dates and times. The parts come from the system's calendar, the order from here.
date-day = { $day } { $month } { $year }
date-short-clock = { $day } { $month } { $clock }
date-short-clock-year = { $day } { $month } { $year } { $clock }
date-full = { $weekday } { $day } { $month } { $year }, { $clock } { $timeZoneName }
date-exact = { $day } { $month } { $year }, { $clock } { $timeZoneName }
date-clock-zone = { $clock } { $timeZoneName }
due-overdue = Overdue by { $span }
due-since = since { $when }
due-today = Today, { $clock }
due-tomorrow = Tomorrow, { $clock }
due-in = in { $span }
due-day = { $weekday } { $day } { $month }, { $clock }
due-day-year = { $weekday } { $day } { $month } { $year }, { $clock }
span-days = { $days ->
    [one] 1 day
   *[other] { $days } days
}
span-hours = { $hours } h
span-minutes = { $minutes } min
span-hours-minutes = { $hours } h { $minutes } min

# Sign in.
sign-in-title = Sign in to see what waits for your signature
sign-in-lead-browser = Your clinic account opens in your web browser. Come back here when it says you are signed in.
sign-in-lead-window = Your clinic account opens in a separate window. It closes by itself when you are signed in.
sign-in = Sign in in the browser
sign-in-window = Sign in in a separate window
sign-in-page = Sign-in page: <origin>{ $origin }</origin>
sign-in-promise = Signing later never changes who is signed in here.
sign-in-device = This device: <b>{ $device }</b>.
sign-in-expired = Your session has ended. Sign in again to go on.
sign-in-signed-out = You are signed out.
sign-in-waiting-title = Waiting for you to sign in
sign-in-waiting-browser = Sign in in your web browser, then come back here.
sign-in-waiting-window = Sign in in the separate window.
sign-in-cancel = Cancel sign-in

# Worklist.
worklist = Worklist
worklist-caption = Amendments that wait for your signature, sorted by due time
worklist-count = { $count ->
    [0] Nothing waits for your signature.
    [one] 1 amendment waits for your signature.
   *[other] { $count } amendments wait for your signature.
}{ $overdue ->
    [0] { "" }
    [one] { " " }1 is overdue.
   *[other] { " " }{ $overdue } are overdue.
}
worklist-filtered = { $count } of { $all } match the filter.
worklist-reading = Reading the worklist …
worklist-show = Show
worklist-show-all = All
worklist-show-overdue = Overdue
worklist-show-today = Due today
worklist-show-second = Second signature
worklist-find = Filter by record, patient or person
worklist-find-short = Filter
worklist-review = Review amendment
worklist-empty = All signed
worklist-empty-more = New amendments appear here by themselves when somebody requests your signature. Last checked at { $clock }.
worklist-check = Check now
worklist-nomatch = No amendment matches “{ $query }”
worklist-nomatch-show = No amendment matches the filter
worklist-hidden = { $count ->
    [one] 1 amendment is hidden by the filter.
   *[other] { $count } amendments are hidden by the filter.
}
worklist-clear = Clear the filter
state-ready = Ready to sign
state-second = Second signature
state-given = { $given } of { $required } given
state-changed = Changed
state-changed-sub = read it again
state-needs-connection = Needs a connection

# Review.
review-reading = Reading the amendment …
review-again = Read again
review-patient = Patient <b>{ $patient }</b>
review-record = Record <b>{ $record }</b>
review-amendment = Amendment <b>{ $amendment }</b>
review-due = Due <b>{ $when }</b>
review-previous = Previous amendment
review-next = Next amendment
review-place = { $at } of { $all }
review-caption = Record now and as proposed, field by field
review-now = Record now
review-now-version = version { $version }, since { $day }
review-proposed = Proposed
review-proposed-version = becomes version { $version } when signed
review-text = The exact text you will sign
review-slots = { $count ->
    [one] One part is filled in by you in the next step
    [2] Two parts are filled in by you in the next step
   *[other] { $count } parts are filled in by you in the next step
}
review-aside = Why, and earlier signatures
review-why = Why
review-requested = Requested by <b>{ $name }</b>
review-requested-role = Requested by <b>{ $name }</b>, { $role }
review-signatures = Earlier signatures on this record
review-no-signatures = This record carries no signature yet.
review-signature = <b>{ $name }</b>, version { $version }
review-receipt = Receipt { $receipt }
review-decline = Decline…
review-sign = Sign…

# Decline.
decline-title = Decline amendment { $amendment }?
decline-record-stays = { $record } stays at version { $version }. Nothing is signed.
decline-told = { $name } sees your reason.
decline-reason = Reason for declining
decline-needs-reason = Write why you decline.
decline-keep = Keep it open
decline = Decline
declined = Amendment { $amendment } was declined.

# Sign panel.
sign-title = Sign amendment { $amendment }
sign-change = { $label } { $base } becomes <b>{ $proposed }</b>
sign-close = Close, back to review
sign-meaning = What your signature means
sign-reason = Reason for change
sign-reason-choose = Choose a reason
sign-reason-missing = Choose the reason for the change.
sign-note = Note
sign-note-hint = optional, becomes part of the signature
sign-text = The exact text you sign, now complete
sign-text-open = The exact text you sign
sign-button = Sign in again and sign
sign-button-opens = Opens { $host } in a separate window
sign-time = { $minutes ->
    [one] You have 1 minute. You stay signed in here, whatever happens there.
   *[other] You have { $minutes } minutes. You stay signed in here, whatever happens there.
}

# Signing under way.
ceremony-task = Signing { $amendment }: { $record }, patient { $patient }
ceremony-title = Sign in again in the separate window
ceremony-title-checking = Your signature is being checked
ceremony-only-you = Only you, { $name }, can complete this signature.
ceremony-left = Time left
ceremony-left-progress = Time left to sign in
ceremony-until = left, until { $clock }
ceremony-steps = Steps
ceremony-look-for = Look for this window
ceremony-window-title = <b>{ $origin }</b> · Sign in to sign
ceremony-origin = Its title must begin exactly with
ceremony-origin-else = If it shows another address, cancel and call IT.
ceremony-session-title = Your session is untouched
ceremony-session = You are signed in as <b>{ $name }</b> since { $clock } and stay so, whoever signs in over there.
ceremony-runs-out = If time runs out, nothing is signed and your entry is kept.
ceremony-cancel = Cancel signing
ceremony-cancelling = Cancelling …
ceremony-forward = Bring sign-in forward
step-prepared = Signing prepared
step-window = Separate, empty window opened
step-preflight = Nobody was signed in there already
step-signer = You sign in as { $name }
step-signer-hint = Use your own clinic account in that window.
step-identity = Same person as in your session
step-sealed = Signature sealed and sent
step-receipt = Receipt checked
step-done = Done { $clock }
step-done-plain = Done
step-now = Under way
step-waiting = Waiting for you
step-todo = To come
said-step = Done: { $done }. Now: { $now }.
said-last-step = Done: { $done }.
said-time = { $seconds ->
    [120] 2 minutes left to sign in.
    [60] 1 minute left to sign in.
   *[other] { $seconds } seconds left to sign in.
}

# Endings.
signed = Signed and recorded
signed-say = { $kind } { $record } is now version { $version }.
signed-electronically = Electronically signed
signed-receipt = Receipt
signed-time = Date and time
signed-meaning = Meaning
signed-meaning-text = { $meaning }: { $text }
signed-reason = Reason
signed-reason-note = { $reason }. “{ $note }”
signed-record = Record
signed-versions = { $record }, patient { $patient }. Version { $base } became version { $new }
signed-changed = Changed
signed-save = Save evidence…
signed-saved = The evidence was saved: { $path }
signed-print = Print…
signed-session = Your session is unchanged: { $name }, since { $clock }
signed-next = Next: { $record }, { $kind }, due { $due }
signed-next-overdue = Next: { $record }, { $kind }, { $due }
signed-next-open = Next amendment
not-applied = The signature was not applied. Your session and your entry are unchanged. Reference { $reference }.
not-applied-title = The signature was not applied.
not-applied-unchanged = Your session and your entry are unchanged.
not-applied-reference = Reference <ref>{ $reference }</ref>
not-applied-again = Happens again? Give the reference to IT.
cancelled = You cancelled. Nothing was signed, your entry is kept.
cancelled-title = You cancelled
cancelled-say = Nothing was signed, your entry is kept.
timed-out = Time ran out. Nothing was signed, your entry is kept.
timed-out-title = Time ran out
timed-out-say = Nothing was signed, your entry is kept.
network = The sign-in page could not be reached. Nothing was signed.
network-title = No connection. Nothing was signed.
local-title = Nothing was signed
kept-session = Signed in here
kept-session-since = { $name }, since { $clock }
kept-amendment = Amendment
kept-waiting = { $amendment } to { $record }, patient { $patient }, still waiting
kept-entry = Your entry
entry-kept = Kept as you left it
entry-kept-choices = { $meaning }, { $reason }
entry-kept-note = { $meaning }, { $reason }, note kept
record-changed = The record changed while you were signing. Nothing was signed. Read it again, then decide.
record-changed-title = The record changed while you were signing
record-changed-say = Nothing was signed. What you read was version { $read }, the record is now version { $now }. Read it again, then decide.
record-changed-say-unknown = Nothing was signed. What you read was version { $read }, the record is another one now. Read it again, then decide.
record-changed-caption = What you read, the record now, and what is proposed
record-changed-read = You read
record-changed-kept = Your meaning, reason and note are kept. Reference <ref>{ $reference }</ref>
record-changed-review = Review version { $version }
record-changed-review-again = Review it again
unconfirmed = Your signature is sealed; whether it is recorded is being asked. Do not sign again.
unconfirmed-title = Sealed, not yet recorded
unconfirmed-by-itself = It is sent by itself, also after a restart.
signing-locked = Signing is locked for this session. You stay signed in.
signing-locked-title = Signing is locked for this session
signing-locked-say = { $attempts ->
    [one] The signature was not applied. You stay signed in and can read everything. Your entry is kept.
   *[other] The signature was not applied { $attempts } times. You stay signed in and can read everything. Your entry is kept.
}
signing-locked-told = The security team was told at { $clock }. Reference <ref>{ $reference }</ref>
signing-locked-telling = The security team is being told. Reference <ref>{ $reference }</ref>
signing-locked-again = To sign again, sign out and sign in.
signing-locked-somebody = Did somebody else try to sign here? Call IT.
signing-locked-entry = Kept entry
signing-locked-kept = { $amendment }, { $record }, until you sign out

# Blocked.
blocked = Stopped
blocked-title = Countersign cannot be used until IT has mended this
blocked-code = Name
blocked-device = Device
blocked-version = Version

# Keys.
hint-move = move
hint-review = review
hint-filter = filter
hint-clear = clear the filter
hint-check = check now
hint-all = all keys
hint-worklist = worklist
hint-next = next
hint-previous = previous
hint-sign = sign
hint-decline = decline
keys-open = Keyboard…
keys-title = All keys
keys-worklist = Worklist
keys-review-screen = Review
keys-signing = Signing
keys-everywhere = Everywhere
keys-move = move to another row
keys-review = review the amendment
keys-filter = go to the filter
keys-refresh = check for new amendments
keys-next = next amendment
keys-previous = previous amendment
keys-sign = open the sign panel
keys-decline = decline
keys-forward = bring the sign-in window forward
keys-escape = back, or the safe answer
keys-all = show this list
keys-single = Single characters act as shortcuts
keys-single-hint = Switch this off if you use speech input or press keys by accident. The arrow keys, Enter, Escape and F6 always work. No key alone ever signs.
