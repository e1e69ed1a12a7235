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
