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
