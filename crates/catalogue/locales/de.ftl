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

## errors
## Paare: err-… sagt, was geschah, rec-… was zu tun ist. Die Namen sind die der Fehler im Code.

## errors of policy
## $key ist der Schlüssel der Richtlinie, $source die Stelle, an der er steht.

err-policy-unknown-key = Die Richtlinie hat einen Schlüssel, den es nicht gibt: { $key } in { $source }.
rec-policy-unknown-key = IT: berichtigen oder entfernen. Bekannt sind hier: { $allowed }.
err-policy-wrong-type = Der Richtlinienwert { $key } in { $source } hat den falschen Typ: { $found }.
rec-policy-wrong-type = IT: dort gehört { $allowed } hin.
err-policy-not-permitted = Der Richtlinienwert { $key } in { $source } ist nicht zulässig: { $found }.
rec-policy-not-permitted = IT: zulässig ist { $allowed }.
err-policy-not-https = Der Richtlinienwert { $key } in { $source } ist keine https-Adresse: { $found }.
rec-policy-not-https = IT: eine Adresse eintragen, die mit https beginnt. Einfaches http gilt nur für 127.0.0.1 oder [::1], und nur mit identity.development_http.
err-policy-missing = Die Richtlinie sagt nichts zu { $key }.
rec-policy-missing = IT: { $key } in der Richtlinie des Computers setzen. Zum Ausprobieren mit --policy DATEI starten.
err-policy-contradiction = Der Richtlinienwert { $key } in { $source } ist { $found }; das passt nicht zu { $other }.
rec-policy-contradiction = IT: bei { $other } ist { $allowed } zulässig. Oder { $key } weglassen.
err-policy-not-for-users = { $key } steht in { $source }, darf aber nur in der Richtlinie des Computers stehen.
rec-policy-not-for-users = { $key } aus Ihren Einstellungen entfernen. Die IT kann den Wert für diesen Computer setzen.
err-policy-unreadable = Die Richtlinie ist nicht lesbar: { $source }. Das System sagt: { $detail }
rec-policy-unreadable = IT: prüfen, dass die Datei da ist, kein Ordner ist und von den Benutzern dieses Computers gelesen werden darf.
err-policy-syntax = Die Richtlinie ist nicht verständlich: { $source }, Zeile { $line }: { $detail }
rec-policy-syntax = IT: diese Zeile berichtigen. Die Datei ist TOML; countersignctl policy check sagt, wann sie stimmt.
err-policy-writable-by-others = Die Richtlinie des Computers kann von anderen Konten geändert werden: { $source }.
rec-policy-writable-by-others = IT: die Datei soll root gehören; chmod 644 darauf ausführen.
err-policy-changed = Die Richtlinie dieses Computers wurde geändert, während die Anwendung lief; darum kann nichts unterschrieben werden. Geändert: { $key }.
rec-policy-changed = Die Anwendung neu starten: Dann gilt die neue Richtlinie. Bis dahin bleiben Sie angemeldet, und Ihre Eingaben bleiben erhalten.
err-policy-file-refused = Dieser Computer hat eine Richtlinie, darum gilt { $source } nicht.
rec-policy-file-refused = Ohne --policy starten. Zum Ausprobieren einen Computer ohne Richtlinie nehmen.

## errors of signing and signing in

err-identity-provider-unreachable = Die Anmeldeseite war nicht erreichbar. Nichts wurde unterschrieben.
    .sign-in = Die Anmeldeseite war nicht erreichbar. Niemand wurde angemeldet.
rec-identity-provider-unreachable = Netzverbindung prüfen, dann erneut versuchen. Bleibt es so, die IT anrufen.
err-identity-provider-untrusted = Die Anmeldeseite weist sich nicht aus: ihrem Zertifikat wird nicht vertraut. Nichts wurde unterschrieben.
    .sign-in = Die Anmeldeseite weist sich nicht aus: ihrem Zertifikat wird nicht vertraut. Niemand wurde angemeldet.
rec-identity-provider-untrusted = Melden Sie sich nirgends sonst an. Die IT anrufen: das Zertifikat ist abgelaufen, oder etwas steht zwischen diesem Computer und der Anmeldeseite.
err-identity-provider-unusable = Der Anmeldedienst hat unbrauchbar geantwortet. Nichts wurde unterschrieben.
    .sign-in = Der Anmeldedienst hat unbrauchbar geantwortet. Niemand wurde angemeldet.
rec-identity-provider-unusable = Die IT mit der Referenz anrufen. IT: das Discovery-Dokument des Anbieters mit der Richtlinie vergleichen; countersignctl doctor tut das.
err-identity-provider-error = Der Anmeldedienst hat mit einem Fehler geantwortet. Nichts wurde unterschrieben.
    .sign-in = Der Anmeldedienst hat mit einem Fehler geantwortet. Niemand wurde angemeldet.
rec-identity-provider-error = Erneut versuchen. Bleibt es so, die IT mit der Referenz anrufen.
err-preflight-inconclusive = Es ließ sich nicht feststellen, ob das eigene Fenster leer war. Nichts wurde unterschrieben.
rec-preflight-inconclusive = Erneut versuchen. Bleibt es so, die IT anrufen. IT: der Anbieter muss prompt=none beantworten, oder signing.ambient_preflight setzen.
err-records-unreachable = Der Aktendienst war nicht erreichbar. Nichts wurde unterschrieben, Ihre Eingabe bleibt.
rec-records-unreachable = Sie können weiterlesen. Erneut versuchen, wenn die Statuszeile den Dienst als verbunden zeigt.
err-records-malformed = Der Aktendienst hat nicht in der vereinbarten Form geantwortet. Nichts wurde geändert.
rec-records-malformed = Die IT mit der Referenz anrufen. IT: Dienst und Anwendung müssen dieselbe Fassung der Records API sprechen.
err-records-too-large = Der Aktendienst hat eine Antwort geschickt, die größer ist als zulässig. Sie wurde nicht gelesen.
rec-records-too-large = Die IT mit der Referenz anrufen. IT: feststellen, was der Dienst schickt; Änderungen haben höchstens 1 MiB.
err-records-untrusted = Der Aktendienst weist sich nicht aus: seinem Zertifikat wird nicht vertraut.
rec-records-untrusted = Die IT anrufen. IT: Zertifikat erneuern, oder seine Ausgabestelle in records.ca_file nennen.
err-records-refused = Der Aktendienst hat dies nicht angenommen. Nichts wurde unterschrieben.
rec-records-refused = Vielleicht dürfen Sie diesen Eintrag nicht unterschreiben. Fragen Sie, wer darum gebeten hat; die IT findet den Grund unter der Referenz.
err-record-changed = Der Eintrag hat sich während der Unterschrift geändert. Nichts wurde unterschrieben.
rec-record-changed = Bitte neu lesen und dann entscheiden.
err-amendment-gone = Diese Änderung wartet nicht mehr auf Ihre Unterschrift.
rec-amendment-gone = Zurück zur Arbeitsliste; sie wurde unterschrieben, abgelehnt oder zurückgezogen.
err-note-unusable = Die Notiz ist zu lang oder enthält ein Zeichen, das nicht erfasst werden kann. Nichts wurde unterschrieben.
rec-note-unusable = Bitte mit dem Grund zusammen auf weniger als 1000 Zeichen kürzen und keine Tabulatoren verwenden.
err-sign-out-incomplete = Sie sind abgemeldet, aber was dieses Gerät von der Sitzung behalten hat, konnte nicht gelöscht werden.
rec-sign-out-incomplete = Die IT anrufen. Solange die Datei nicht gelöscht ist, kann die Sitzung beim nächsten Start wiederkommen.
err-text-changed = Der Text auf dem Bildschirm ist nicht der, der unterschrieben würde. Nichts wurde unterschrieben.
rec-text-changed = Die Änderung neu öffnen. Bleibt es so, die IT mit der Referenz anrufen.
err-session-ended = Ihre Sitzung ist beendet. Nichts wurde unterschrieben, Ihre Eingabe bleibt, bis Sie die Anwendung schließen.
rec-session-ended = Erneut anmelden.
err-not-signed-in = Niemand ist angemeldet.
rec-not-signed-in = Anmelden.
err-locked = Der Bildschirm ist gesperrt.
rec-locked = Zum Entsperren erneut anmelden.
err-nobody-to-switch-to = Niemand wartet mehr darauf zu übernehmen. Der Bildschirm bleibt gesperrt.
rec-nobody-to-switch-to = Erneut an der Sperre anmelden.
err-not-allowed-here = Dieses Gerät hat keinen Weg zu Dateien oder Druckern.
rec-not-allowed-here = Einen Arbeitsplatz dafür benutzen. IT: session.profile ist kiosk.
err-challenge-expired = Die Erlaubnis zur Unterschrift lief ab, bevor die Unterschrift ankam. Nichts wurde unterschrieben, Ihre Eingabe bleibt.
rec-challenge-expired = Erneut unterschreiben. Sie gilt fünf Minuten.
err-demands-conflict = Die Richtlinie dieses Computers und der Aktendienst verlangen Anmeldungen, die sich ausschließen. Nichts wurde unterschrieben.
rec-demands-conflict = Die IT anrufen. IT: signing.acr_values muss etwas enthalten, das der Dienst annimmt.
err-step-up-unmet = Der Aktendienst verlangt eine andere Art der Anmeldung, als der Anbieter auch auf Nachfrage gegeben hat. Nichts wurde unterschrieben.
rec-step-up-unmet = Die IT anrufen. IT: die Anmeldearten (acr), die der Dienst verlangt, mit denen vergleichen, die der Anbieter dieser Person geben kann.
err-clock-off = Die Uhr dieses Computers geht { $minutes ->
    [one] { $minutes } Minute
   *[other] { $minutes } Minuten
} falsch. Nichts wurde unterschrieben.
    .sign-in = Die Uhr dieses Computers geht { $minutes } { $minutes ->
        [one] Minute
       *[other] Minuten
    } falsch. Niemand wurde angemeldet.
rec-clock-off = Die Uhr stellen oder die IT anrufen: die automatische Zeiteinstellung ist aus oder wirkt nicht.
err-ports-taken = Die Anmeldung kann nicht zu dieser Anwendung zurückkehren: ein anderes Programm belegt ihre Ports. Nichts wurde unterschrieben.
    .sign-in = Die Anmeldung kann nicht zu dieser Anwendung zurückkehren: ein anderes Programm belegt ihre Ports. Niemand wurde angemeldet.
rec-ports-taken = Andere Programme schließen oder den Computer neu starten. IT: die Ports stehen in identity.redirect_ports.
err-agent-unavailable = Das eigene Fenster für die Anmeldung lässt sich nicht öffnen. Nichts wurde unterschrieben.
    .sign-in = Das eigene Fenster für die Anmeldung lässt sich nicht öffnen. Niemand wurde angemeldet.
rec-agent-unavailable = Die Anwendung neu starten. Bleibt es so, die IT anrufen. IT: countersignctl doctor sagt, was fehlt.
err-agent-failed = Das eigene Fenster für die Anmeldung ist ausgefallen. Nichts wurde unterschrieben, Ihre Eingabe bleibt.
    .sign-in = Das eigene Fenster für die Anmeldung ist ausgefallen. Niemand wurde angemeldet.
rec-agent-failed = Erneut versuchen. Bleibt es so, die Anwendung neu starten.
err-no-display = Es gibt keinen Bildschirm für ein Fenster.
rec-no-display = Die Anwendung auf einem Desktop starten, oder in einer Fernsitzung, die einen zeigt.
err-no-webview = Der Systembaustein, der Webseiten zeigt, fehlt oder ist zu alt.
rec-no-webview = IT: WebKitGTK 4.1 (Linux) oder die WebView2-Laufzeit (Windows) installieren, dann neu starten.
err-isolation-unavailable = Dieser Computer kann kein leeres Fenster öffnen, das von allem anderen getrennt ist. Nichts wurde unterschrieben.
    .sign-in = Dieser Computer kann kein leeres Fenster öffnen, das von allem anderen getrennt ist. Niemand wurde angemeldet.
rec-isolation-unavailable = IT: die WebView2-Laufzeit aktualisieren, oder signing.agent auf browser setzen.
    .sign-in = IT: die WebView2-Laufzeit aktualisieren, oder session.sign_in_agent auf system_browser setzen.
err-browser-missing = Die Richtlinie dieses Rechners verlangt zum Unterschreiben einen Browser, und es gibt keinen.
rec-browser-missing = IT: Chromium, Google Chrome oder Microsoft Edge installieren (nicht als Snap oder Flatpak), oder signing.agent auf window setzen.
err-self-check-failed = Die fertige Unterschrift hat unsere eigene Prüfung nicht bestanden und wurde nicht gesendet. Nichts wurde unterschrieben.
rec-self-check-failed = Erneut versuchen. Geschieht es zweimal, die IT mit der Referenz anrufen.
err-no-randomness = Dieser Computer gab keine Zufallszahlen her. Nichts wurde unterschrieben.
    .sign-in = Dieser Computer gab keine Zufallszahlen her. Niemand wurde angemeldet.
rec-no-randomness = Den Computer neu starten. Bleibt es so, die IT anrufen.
err-name-missing = Der Anmeldedienst sagt nicht, wie Sie heißen; eine Unterschrift braucht einen gedruckten Namen.
rec-name-missing = IT: der Anbieter soll dieser Anwendung den Claim name senden.
err-host-not-allowed = Die Anmeldeseite wollte zu { $host } weiter; das ist nicht zulässig. Nichts wurde unterschrieben.
    .sign-in = Die Anmeldeseite wollte zu { $host } weiter; das ist nicht zulässig. Niemand wurde angemeldet.
rec-host-not-allowed = Abbrechen und die IT anrufen. IT: ist die Adresse richtig, sie in identity.allowed_hosts aufnehmen.
err-ceremony-under-way = Eine Unterschrift läuft bereits.
rec-ceremony-under-way = Erst diese beenden oder abbrechen.
err-signature-waits = Eine versiegelte Unterschrift zu dieser Änderung wartet noch auf ihre Zustellung. Jetzt wurde nichts unterschrieben.
rec-signature-waits = Bitte nicht erneut unterschreiben. Sie wird von selbst gesendet, solange hier angemeldet ist, wer unterschrieben hat.
err-signing-locked = Unterschreiben ist für diese Sitzung gesperrt. Sie bleiben angemeldet.
rec-signing-locked = Um wieder zu unterschreiben, abmelden und neu anmelden. Hat hier jemand anders zu unterschreiben versucht? Die IT anrufen.
err-cancelled = Sie haben abgebrochen. Nichts wurde unterschrieben, Ihre Eingabe bleibt.
    .sign-in = Sie haben abgebrochen. Niemand wurde angemeldet.
rec-cancelled = Unterschreiben Sie, wenn Sie so weit sind.
    .sign-in = Melden Sie sich an, wenn Sie so weit sind.
err-timed-out = Die Zeit ist abgelaufen. Nichts wurde unterschrieben, Ihre Eingabe bleibt.
    .sign-in = Die Zeit ist abgelaufen. Niemand wurde angemeldet.
rec-timed-out = Erneut versuchen. Sie haben jedes Mal fünf Minuten.
err-refused = Die Anmeldung wurde nicht angenommen.
rec-refused = Erneut versuchen. Bleibt es so, der IT die Referenz nennen.
err-unconfirmed = Ihre Unterschrift ist versiegelt; ob sie eingetragen ist, wird erfragt.
rec-unconfirmed = Bitte nicht erneut unterschreiben. Es wird gefragt, bis eine Antwort da ist.
err-cannot-save = Die Datei ließ sich nicht speichern.
rec-cannot-save = Einen anderen Ordner wählen, oder auf dem Datenträger Platz schaffen.
err-cannot-read = Die Datei ließ sich nicht lesen.
rec-cannot-read = Eine andere wählen, oder sie erst auf diesen Computer kopieren.
err-archive-missing = Auf diesem Gerät gibt es keine Schlüssel, gegen die sich die Datei prüfen ließe.
rec-archive-missing = Einmal mit dem Aktendienst verbinden, dann erneut versuchen. IT: countersignctl archive holt sie auch.
err-internal = In dieser Anwendung ist etwas schiefgegangen. Nichts wurde unterschrieben.
    .sign-in = In dieser Anwendung ist etwas schiefgegangen. Niemand wurde angemeldet.
rec-internal = Die Anwendung neu starten. Geschieht es wieder, die IT mit der Referenz anrufen.

## errors of this computer

err-keyring-missing = Dieser Computer hat keinen Schlüsselspeicher; Sie bleiben nur angemeldet, bis Sie die Anwendung schließen.
rec-keyring-missing = Sie können normal arbeiten. IT: einen Schlüsselbund einrichten (Linux: gnome-keyring oder KWallet), oder session.remember auf memory setzen.
err-keyring-locked = Der Schlüsselspeicher dieses Computers ist gesperrt; Sie bleiben nur angemeldet, bis Sie die Anwendung schließen.
rec-keyring-locked = Den Schlüsselbund des Desktops entsperren, dann die Anwendung neu starten.
err-vault-unusable = Was von Ihrer letzten Sitzung aufbewahrt war, ist nicht lesbar. Es wurde gelöscht.
rec-vault-unusable = Anmelden. Geschieht das öfter, die IT anrufen.
err-audit-unwritable = Das Aktivitätsprotokoll lässt sich nicht schreiben, darum kann nichts unterschrieben werden. Ihre Eingabe bleibt.
rec-audit-unwritable = Die IT anrufen. IT: countersignctl doctor sagt, warum.
err-audit-broken = Das Aktivitätsprotokoll wurde von außen verändert, darum kann nichts unterschrieben werden.
rec-audit-broken = Die IT anrufen. IT: countersignctl audit verify nennt die Zeile. Die Datei als Beweis aufheben; ist sie verschoben, beginnt ein neues Protokoll.
err-audit-in-use = Ein anderes laufendes Programm hat das Aktivitätsprotokoll geöffnet.
rec-audit-in-use = Das andere Fenster dieser Anwendung schließen. Gibt es keines, den Computer neu starten.
err-audit-disk-full = Der Datenträger ist voll; das Aktivitätsprotokoll lässt sich nicht schreiben und nichts kann unterschrieben werden.
rec-audit-disk-full = Auf dem Datenträger Platz schaffen, dann erneut versuchen.
err-audit-forbidden = Dieses Konto darf das Aktivitätsprotokoll nicht schreiben, darum kann nichts unterschrieben werden.
rec-audit-forbidden = IT: audit.path und die Rechte des Ordners prüfen.
err-audit-displaced = Eine Datei des Aktivitätsprotokolls wurde verschoben, ersetzt oder gekürzt, während die Anwendung lief; darum kann nichts unterschrieben werden.
rec-audit-displaced = Die IT anrufen. IT: was an ihrer Stelle steht, als Beweis aufheben, die Datei zurücklegen und die Anwendung neu starten. countersignctl audit verify sagt, ob etwas fehlt.
err-audit-stopped = Das Aktivitätsprotokoll steht; deshalb kann nichts unterschrieben werden.
rec-audit-stopped = Platz schaffen, falls der Datenträger voll ist, und die Anwendung neu starten. Bleibt es so, die IT anrufen.
err-audit-unusable = Das Aktivitätsprotokoll ist nicht benutzbar, darum kann nichts unterschrieben werden.
rec-audit-unusable = Die Anwendung neu starten. Bleibt es so, die IT anrufen.
err-outbox-unwritable = Der Ausgang lässt sich nicht schreiben. Nichts wurde gesendet, das einen Stromausfall nicht überstünde. Nichts wurde unterschrieben.
rec-outbox-unwritable = Auf dem Datenträger Platz schaffen, dann erneut versuchen.
err-outbox-unreadable = Im Ausgang liegt etwas, das nicht lesbar ist. Es bleibt dort.
rec-outbox-unreadable = Diese Änderungen nicht erneut unterschreiben. Die IT anrufen.
err-outbox-unreachable = Der Aktendienst war nicht erreichbar.
rec-outbox-unreachable = Sie wird von selbst erneut gesendet. Nicht erneut unterschreiben.
err-outbox-not-let-in = Der Aktendienst hat diese Sitzung nicht eingelassen.
rec-outbox-not-let-in = Sie wird von selbst erneut gesendet. Bleibt es so, ab- und wieder anmelden.
err-outbox-record-changed = Der Eintrag wurde von jemand anderem geändert, bevor diese Unterschrift ankam.
rec-outbox-record-changed = Den Eintrag neu lesen, dann die Änderung unterschreiben oder ablehnen. Diese Unterschrift wird aufbewahrt.
err-outbox-not-pending = Die Änderung wurde unterschrieben, abgelehnt oder zurückgezogen, bevor diese Unterschrift ankam.
rec-outbox-not-pending = Es gibt nichts mehr zu unterschreiben. Diese Unterschrift wird aufbewahrt.
err-outbox-challenge-spent = Die Erlaubnis zu unterschreiben war verbraucht oder passt nicht zur Zeit dieser Unterschrift.
rec-outbox-challenge-spent = Die Änderung erneut unterschreiben. Diese Unterschrift wird aufbewahrt; nennen Sie der IT die Referenz.
err-outbox-forbidden = Sie dürfen diesen Eintrag nicht mit dieser Bedeutung unterschreiben.
rec-outbox-forbidden = Fragen Sie die Person, die es angefordert hat. Diese Unterschrift wird aufbewahrt.
err-outbox-not-accepted = Der Aktendienst hat den Nachweis nicht angenommen.
rec-outbox-not-accepted = Nicht erneut unterschreiben. Nennen Sie der IT die Referenz; die Unterschrift wird aufbewahrt.
err-outbox-not-written = Dieser Computer konnte die Antwort des Aktendienstes nicht festhalten.
rec-outbox-not-written = Auf dem Datenträger Platz schaffen. Sie wird von selbst erneut gesendet: nicht erneut unterschreiben.
err-evidence-gone = Zu dieser Unterschrift gibt es keinen Nachweis, weder in Ihrem Ausgang noch beim Aktendienst.
rec-evidence-gone = Die IT anrufen und die Referenz nennen, unter der die Unterschrift im Aktivitätsprotokoll steht.

## errors that only IT reads
## Die Ablehnungen. Wer unterschreibt, liest den einen Text von not-applied; dies steht für die IT neben der Referenz.

err-issuer-mismatch = Das ID-Token kommt von einem anderen Aussteller, als die Richtlinie nennt.
rec-issuer-mismatch = identity.issuer mit dem Discovery-Dokument des Anbieters vergleichen, Zeichen für Zeichen, mit dem letzten Schrägstrich.
err-response-issuer-missing = Der Anbieter verspricht, sich in der Antwort zu nennen (RFC 9207), und tat es nicht.
rec-response-issuer-missing = Etwas auf dem Weg entfernt den Parameter iss, oder der Anbieter ist an zwei Stellen eingerichtet. Dort berichtigen.
err-response-issuer-mismatch = Ein anderer Anbieter hat geantwortet als der gefragte.
rec-response-issuer-mismatch = Als Angriff (Mix-up) behandeln, bis es erklärt ist. Den Aussteller der Antwort mit identity.issuer vergleichen.
err-state-mismatch = Die Antwort gehört zu einer anderen Anmeldung.
rec-state-mismatch = Einmal ist eine verirrte Seite; wiederholt als Angriff auf den Rückruf behandeln und den Computer ansehen.
err-callback-malformed = Die Adresse der Antwort ist nicht die erwartete, oder sie wiederholt Parameter.
rec-callback-malformed = Die Rücksprungadressen beim Anbieter ansehen; stimmen sie, als Angriff auf den Rückruf behandeln.
err-audience-mismatch = Das ID-Token ist nicht für diese Anwendung bestimmt.
rec-audience-mismatch = identity.client_id mit der Registrierung beim Anbieter vergleichen.
err-audience-untrusted = Das ID-Token ist auch für andere Anwendungen bestimmt.
rec-audience-untrusted = Der Anbieter soll Token nur für diese Anwendung ausstellen.
err-azp-mismatch = Das ID-Token wurde für eine andere Anwendung ausgestellt.
rec-azp-mismatch = identity.client_id mit der Registrierung beim Anbieter vergleichen.
err-nonce-mismatch = Das ID-Token wurde nicht für diese Unterschrift ausgestellt.
rec-nonce-mismatch = Als Wiedereinspielung behandeln, bis es erklärt ist. Der Anbieter muss den Nonce unverändert zurückgeben.
err-signature-invalid = Die Signatur des Anbieters auf dem ID-Token stimmt nicht.
rec-signature-invalid = Nach einem Proxy suchen, der Verkehr verändert, oder nach einem Schlüssel, der beim Anbieter ohne neuen Namen getauscht wurde.
err-algorithm-not-allowed = Das ID-Token ist auf eine Weise signiert, die nicht zulässig ist.
rec-algorithm-not-allowed = identity.algorithms mit der Einstellung beim Anbieter vergleichen. Gemeinsame Geheimnisse und none gelten nie.
err-key-not-found = Der Anbieter veröffentlicht keinen Schlüssel, der zum ID-Token passt.
rec-key-not-found = Prüfen, dass die Schlüsselmenge des Anbieters überall hinter seiner Adresse aktuell ist.
err-key-ambiguous = Mehr als ein Schlüssel des Anbieters passt zum ID-Token.
rec-key-ambiguous = Der Anbieter soll seine Schlüssel benennen (kid).
err-key-too-small = Der Anbieter signiert mit einem RSA-Schlüssel von weniger als 2048 Bit.
rec-key-too-small = Dem Anbieter einen größeren Schlüssel geben.
err-header-unsupported = Der Kopf des ID-Tokens verlangt etwas, das nicht verstanden wird.
rec-header-unsupported = Der Anbieter soll einfache signierte Token ausstellen, ohne crit, b64 oder Verschachtelung.
err-token-too-large = Das ID-Token ist größer als 64 KiB.
rec-token-too-large = Die Claims verringern, die der Anbieter hineinlegt; meist sind es Gruppenlisten.
err-expired = Das ID-Token ist abgelaufen.
rec-expired = Die Uhren dieses Computers und des Anbieters vergleichen.
err-expiry-too-far = Das ID-Token soll länger als einen Monat gelten.
rec-expiry-too-far = Der Anbieter soll ID-Token ausstellen, die Minuten gelten, höchstens eine Stunde.
err-issued-in-future = Das ID-Token ist in der Zukunft datiert.
rec-issued-in-future = Die Uhren dieses Computers und des Anbieters vergleichen.
err-issued-too-old = Das ID-Token ist zu alt, oder es sagt nicht, wann es ausgestellt wurde.
rec-issued-too-old = Die Uhren vergleichen. Stimmen sie überein, als Wiedereinspielung behandeln.
err-not-yet-valid = Das ID-Token gilt noch nicht.
rec-not-yet-valid = Die Uhren dieses Computers und des Anbieters vergleichen.
err-subject-missing = Das ID-Token nennt niemanden.
rec-subject-missing = identity.subject_claims prüfen, und welche Claims der Anbieter sendet.
err-subject-mismatch = Das ID-Token nennt eine andere Person als erwartet.
rec-subject-mismatch = Der Eintrag sagt, wen. Beide Personen fragen; kann es niemand erklären, als Versuch behandeln, sich für jemand anderen auszugeben.
err-auth-time-missing = Der Anbieter sagt nicht, wann sich die Person angemeldet hat.
rec-auth-time-missing = Der Anbieter soll dieser Anwendung den Claim auth_time senden.
err-auth-time-stale = Die Person wurde für diese Unterschrift nicht nach ihrer Anmeldung gefragt.
rec-auth-time-stale = Der Anbieter muss für diese Anwendung prompt=login und max_age befolgen. Siehe identity.max_age.
err-auth-time-future = Die Person soll sich in der Zukunft angemeldet haben.
rec-auth-time-future = Die Uhren dieses Computers und des Anbieters vergleichen.
err-acr-unmet = Die Anmeldung war nicht von der verlangten Art.
rec-acr-unmet = Die Person braucht den zweiten Faktor, oder signing.acr_values nennt etwas, das der Anbieter nicht sendet.
err-amr-unmet = Die Anmeldung nutzte nicht alle verlangten Verfahren.
rec-amr-unmet = Die Person braucht den zweiten Faktor, oder signing.required_amr nennt etwas, das der Anbieter nicht sendet.
err-at-hash-mismatch = Das Zugriffstoken gehört nicht zum ID-Token.
rec-at-hash-mismatch = Als Austausch von Token behandeln, bis es erklärt ist.
err-delegated = Jemand handelt an Stelle der Person.
rec-delegated = Eine Unterschrift lässt sich nicht übertragen. Der Anbieter soll dieser Anwendung keinen Claim act ausstellen.
err-userinfo-subject-mismatch = Die Benutzerauskunft des Anbieters betrifft eine andere Person.
rec-userinfo-subject-mismatch = Als Austausch von Token behandeln, bis es erklärt ist.
err-signer-mismatch = Jemand anders hat sich angemeldet als die Person der Sitzung.
rec-signer-mismatch = Der Eintrag sagt, wer. Beide Personen fragen; kann es niemand erklären, als Versuch behandeln, sich für jemand anderen auszugeben.
err-ambient-sign-in = Im leeren Fenster war jemand angemeldet, ohne gefragt worden zu sein.
rec-ambient-sign-in = Die automatische Anmeldung (Kerberos, Gerätetoken, Client-Zertifikate) beim Anbieter für diese Anwendung abschalten, oder signing.agent auf browser setzen.

## Vor jedem Token: was im Weg steht. Wer unterschreibt, liest identity-provider-unusable; dies steht für die IT neben der Referenz.

err-issuer-not-https = identity.issuer ist keine https-Adresse ohne Abfrage und Fragment.
rec-issuer-not-https = identity.issuer berichtigen. Einfaches http geht nur für 127.0.0.1 oder [::1], und nur mit identity.development_http.
err-discovery-issuer-mismatch = Das Discovery-Dokument des Anbieters betrifft einen anderen Aussteller als identity.issuer.
rec-discovery-issuer-mismatch = identity.issuer genau so schreiben wie das Dokument, mit dem letzten Schrägstrich. Nennt das Dokument eine fremde Adresse, als Angriff behandeln.
err-discovery-unreadable = Das Discovery-Dokument oder die Schlüsselmenge des Anbieters ist nicht das JSON, das der Standard beschreibt.
rec-discovery-unreadable = Beide Adressen im Browser öffnen: meist ist es eine Wartungsseite oder die Anmeldeseite eines Proxys.
err-endpoint-missing = Dem Discovery-Dokument des Anbieters fehlt ein Endpunkt, den das Unterschreiben braucht.
rec-endpoint-missing = Den Authorization-Code-Flow für diese Anwendung beim Anbieter einschalten; das Dokument muss den Token-Endpunkt nennen.
err-endpoint-not-https = Das Discovery-Dokument des Anbieters nennt eine Adresse, die nicht https ist.
rec-endpoint-not-https = Die öffentliche Adresse des Anbieters auf https setzen. Hinter einem Reverse-Proxy dem Anbieter sagen, welches Schema gilt.
err-endpoint-redirects = Der Anbieter antwortete auf einen Aufruf mit einer Umleitung. Ihr wurde nicht gefolgt.
rec-endpoint-redirects = Das Discovery-Dokument soll die endgültigen Adressen nennen. Nach einem Proxy suchen, der eine eigene Anmeldung verlangt.
err-pkce-not-offered = Der Anbieter sagt nicht, dass er PKCE mit S256 kann.
rec-pkce-not-offered = Beim Anbieter einschalten. Ist es an und nur nicht angekündigt, identity.require_s256 auf false setzen.
err-code-flow-not-offered = Der Anbieter bietet den Authorization-Code-Flow nicht an.
rec-code-flow-not-offered = Beim Anbieter den Response-Type code einschalten.
err-no-common-algorithm = Der Anbieter bietet keines der Signaturverfahren an, die die Richtlinie annimmt.
rec-no-common-algorithm = identity.algorithms mit id_token_signing_alg_values_supported vergleichen. Gemeinsame Geheimnisse und none gelten nie.
err-too-many-keys = Der Anbieter veröffentlicht mehr als 100 Schlüssel.
rec-too-many-keys = Ausgemusterte Schlüssel aus der Schlüsselmenge des Anbieters entfernen.
err-reply-too-large = Der Anbieter sandte eine Antwort, die größer ist als zulässig. Sie wurde nicht zu Ende gelesen.
rec-reply-too-large = Herausfinden, was der Anbieter sendet: höchstens 256 KiB an Dokumenten, 1 MiB von allem anderen.
err-reply-too-slow = Der Anbieter antwortete nicht rechtzeitig.
rec-reply-too-slow = Die Last des Anbieters und das Netz dazwischen ansehen; countersignctl doctor misst es.
err-reply-unreadable = Der Anbieter sandte eine Antwort, die der Standard nicht beschreibt.
rec-reply-unreadable = Das Protokoll des Anbieters zu dieser Zeit ansehen: sein Endpunkt versagte, oder ein Proxy antwortete an seiner Stelle.
err-tokens-not-bound = Der Anbieter bietet DPoP an und stellte Token aus, die nicht an den Schlüssel gebunden sind.
rec-tokens-not-bound = DPoP beim Anbieter für diese Anwendung einschalten, oder in seinem Discovery-Dokument ausschalten.
err-trust-unavailable = Die Zertifikate, die die Richtlinie nennt, sind nicht zu gebrauchen.
rec-trust-unavailable = Prüfen, dass records.ca_file eine lesbare PEM-Datei mit Zertifikaten ist.

## probe
## Was countersignctl probe findet. Das liest nur die IT.

probe-title = Kann dieser Identitätsanbieter Unterschriften nach 21 CFR Part 11 tragen?
probe-about = Was countersignctl { $version } fand, als es die Anmeldung und den Unterschriftsvorgang der Anwendung selbst ablaufen ließ. Der Datendienst wurde auf diesem Computer nachgestellt; nichts wurde eingereicht oder gespeichert.
probe-answer = Antwort
probe-accepted = Ja. Die Unterschrift wurde angenommen, und ihr Nachweis ist gültig.
probe-refused = Keine Unterschrift: Der Vorgang wurde abgelehnt ({ $refusal }).
probe-failed = Nicht beantwortet: Der Vorgang kam zu keinem Ende, das etwas über die ID-Tokens des Anbieters sagt.
probe-reference = Referenz { $reference }.
probe-reference-label = Referenz
probe-when = Wann
probe-issuer = Aussteller
probe-client = Client
probe-agent = Agent
probe-checks = Was gefunden wurde
probe-column-check = Prüfung
probe-column-status = Stand
probe-column-detail = Einzelheit
probe-values = Was versucht wurde
probe-column-key = Schlüssel
probe-column-value = Wert
probe-column-source = Quelle
probe-notes = Was die Anwendung vermerkte
probe-status-ok = in Ordnung
probe-status-warn = beachten
probe-status-fail = VERSAGT
probe-status-skipped = nicht gemessen
probe-open = Behälter { $jar }: Öffnen Sie diese Adresse in einem leeren Behälter (ein neues privates Fenster; dasselbe für dieselbe Nummer) und melden Sie sich an.
probe-open-unseen = Behälter { $jar }: Öffnen Sie auch diese Adresse. Der Anbieter antwortet von selbst.

probe-because = { $why }
probe-not-reached = Der Lauf endete vorher.
probe-check-policy = Richtlinie
probe-policy-ok = Die Richtlinie ist brauchbar.
probe-policy-subject = --subject nennt ein Merkmal, und die Richtlinie benennt Menschen mit { $claims }. Lassen Sie --subject weg: Dann unterschreibt, wer sich zuerst anmeldet.
probe-check-discovery = Veröffentlichte Angaben
probe-discovery-ok = { $issuer } veröffentlicht seine Angaben und Schlüssel unter genau diesem Namen.
probe-check-s256 = PKCE mit S256 (RFC 7636)
probe-s256-ok = Angekündigt und benutzt.
probe-s256-warn = Benutzt, aber nicht angekündigt; identity.require_s256 lässt das zu. Ob der Anbieter es prüft, wurde nicht gemessen.
probe-check-algorithms = Signaturverfahren
probe-algorithms-ok = Zugelassen und angeboten: { $common }. Insgesamt angeboten: { $offered }.
probe-check-par = Hinterlegte Anfragen (RFC 9126)
probe-par-ok = Angeboten, und jede Anfrage wird hinterlegt.
probe-par-warn = Nicht angeboten: Die Anfrage geht durch den Agenten, wo sie gelesen und verändert werden kann. Ihre Antwort wird in jedem Fall geprüft.
probe-check-clock = Uhren
probe-clock-ok = Die Uhr des Anbieters geht der dieses Computers { $seconds } s vor; { $skew } s sind erlaubt.
probe-clock-fail = Die Uhr des Anbieters geht der dieses Computers { $seconds } s vor; nur { $skew } s sind erlaubt.
probe-clock-skipped = Die Antworten des Anbieters tragen kein Datum.
probe-check-scopes = Umfang (Scopes)
probe-scopes-ok = Verlangt, wie die Richtlinie es sagt: { $scopes }.
probe-scopes-skipped = Verlangt: { $scopes }. Wo keine Richtlinie anderes sagt, verlangt die Anwendung { $usual }; setzen Sie identity.signing_scopes, um das zu versuchen.
probe-check-resource = Ressource (RFC 8707)
probe-resource-ok = Verlangt, wie die Richtlinie es sagt: { $resource }.
probe-resource-none = Keine wird verlangt, wie die Richtlinie es sagt.
probe-resource-skipped = Keine wurde verlangt. Wo keine Richtlinie anderes sagt, verlangt die Anwendung { $usual }; setzen Sie identity.resource, um das zu versuchen.
probe-check-sign-in = Anmeldung
probe-sign-in-ok = Jemand hat sich angemeldet wie in der Anwendung und soll unterschreiben.
probe-sign-in-skipped = --subject sagt, wer unterschreiben muss.
probe-check-name = Gedruckter Name (21 CFR 11.50 (a)(1))
probe-name-ok = Der Anbieter sagt, wie die Person heißt.
probe-name-scopes = Für den verlangten Umfang sagt der Anbieter keinen Namen. Die Anwendung lehnt eine solche Anmeldung ab: Setzen Sie identity.session_scopes so, dass das Merkmal name kommt.
probe-name-fail = Für den Umfang der Richtlinie sagt der Anbieter keinen Namen. Die Anwendung lehnt eine solche Anmeldung ab: Lassen Sie den Anbieter das Merkmal name senden, im ID-Token oder über UserInfo.
probe-name-skipped = --subject sagt keinen Namen, also wurde keiner verlangt (Scope profile). Lassen Sie es weg, um zu sehen, ob der Anbieter einen sagt.
probe-check-iss = Aussteller in der Antwort (RFC 9207)
probe-iss-ok = Die Antwort nennt ihren Aussteller.
probe-iss-warn = Die Antwort nennt keinen Aussteller, und keiner ist versprochen. Wo ein Client bei mehreren Anbietern angemeldet ist, könnten Antworten vertauscht werden.
probe-check-dpop = Gebundene Tokens (RFC 9449)
probe-dpop-ok = Angeboten ({ $offered }), und die Tokens sind an den Einmalschlüssel des Vorgangs gebunden.
probe-dpop-unused = Angeboten ({ $offered }), aber nicht benutzt: ES256 muss dabei sein.
probe-dpop-warn = Nicht angeboten: Wer ein Zugriffstoken in die Hand bekommt, kann es benutzen, bis es abläuft oder widerrufen wird.
probe-check-preflight = Niemand ist schon angemeldet
probe-preflight-ok = Im leeren Behälter war niemand angemeldet.
probe-preflight-open = Der Anbieter sagte nicht rechtzeitig, ob im leeren Behälter jemand angemeldet ist.
probe-preflight-fail = Der leere Behälter meldete von selbst jemanden an: Kerberos, ein Token des Geräts, ein Client-Zertifikat, oder ein Behälter, der nicht leer war.
probe-preflight-skipped = Nicht gefragt: signing.ambient_preflight ist off, oder die Adressen werden von Hand besucht.
probe-check-callback = Rückruf
probe-callback-ok = Eine Antwort kam, an der richtigen Adresse und mit dem richtigen state.
probe-check-id-token = ID-Token
probe-id-token-ok = Gibt zu keiner der { $count } Ablehnungen Anlass.
probe-check-auth-time = auth_time vorhanden und frisch
probe-auth-time-ok = Vorhanden und aus diesem Vorgang: { $seconds } s vor der Ausstellung des ID-Tokens.
probe-auth-time-fresh = Vorhanden und aus diesem Vorgang.
probe-check-acr = acr wiedergegeben
probe-acr-ok = Verlangt { $wanted }; das ID-Token sagt { $said }.
probe-acr-skipped = Die Richtlinie verlangt keine Stufe. Das ID-Token sagt { $said }.
probe-check-amr = Verfahren (RFC 8176)
probe-amr-ok = Verlangt { $wanted }; das ID-Token sagt { $said }.
probe-amr-skipped = Die Richtlinie verlangt kein Verfahren. Das ID-Token sagt { $said }.
probe-check-prompt-login = prompt=login befolgt
probe-prompt-login-ok = In einem Behälter, in dem jemand angemeldet war, fragte der Anbieter erneut.
probe-prompt-login-fail = Der Anbieter antwortete, ohne jemanden zu fragen.
probe-prompt-login-skipped = In einem leeren Behälter muss sich jeder anmelden, daher zeigt das nichts. Der Agent browser kann nachsehen, ohne --subject.
probe-check-max-age = max_age befolgt
probe-max-age-ok = In einem Behälter, in dem jemand angemeldet war, genügte das dem Anbieter für max_age={ $seconds } nicht mehr.
probe-max-age-warn = In einem Behälter, in dem jemand angemeldet war, beantwortete der Anbieter max_age={ $seconds } ohne zu fragen. prompt=login und auth_time müssen genügen.
probe-max-age-skipped = max_age={ $seconds } wurde gesendet. In einem leeren Behälter muss sich jeder anmelden, daher zeigt das nichts. Der Agent browser kann nachsehen, ohne --subject.
probe-max-age-off = identity.max_age sagt, dass keines gesendet wird.
probe-check-subject = Wer unterschreibt, und niemand sonst
probe-subject-ok = Wer sich anmeldete, ist, wer unterschreibt.
probe-subject-fail = Jemand anderes meldete sich an, als unterschreiben sollte. Die Unterschrift wurde abgelehnt.
probe-check-request-subject = Verlangte Person durchgesetzt
probe-request-subject-ok = Nach jemand anderem gefragt, antwortete der Anbieter nicht mit dem, der angemeldet ist.
probe-request-subject-warn = Nach jemand anderem gefragt, antwortete der Anbieter mit dem, der angemeldet ist (OIDC Core 3.1.2.2). Die Anwendung vergleicht selbst.
probe-request-subject-fail = Die Anfrage nannte, wer unterschreibt, und der Anbieter ließ jemand anderen antworten (OIDC Core 3.1.2.2).
probe-request-subject-off = signing.request_subject ist aus: Die Anfrage nennt nicht, wer unterschreibt.
probe-request-subject-skipped = Die Anfrage nannte, wer unterschreibt. Nur der Versuch von jemand anderem zeigt, ob der Anbieter das durchsetzt.
probe-check-evidence = Nachweis
probe-evidence-ok = Versiegelt, und in allen { $count } Schritten aus den Bytes allein geprüft.
probe-evidence-fail = Ist nicht gültig, in Schritt { $step }.
probe-check-revocation = Widerruf (RFC 7009)
probe-revocation-ok = Die Tokens des Vorgangs wurden widerrufen.
probe-revocation-warn = Nicht angeboten: Die Tokens des Vorgangs laufen von selbst ab.
probe-revocation-fail = Ein Token des Vorgangs konnte nicht widerrufen werden: Es läuft von selbst ab.
probe-check-logout = Sitzung des Vorgangs beendet
probe-logout-ok = Der Anbieter beendete die Sitzung des Vorgangs in ihrem eigenen Behälter.
probe-logout-warn = Der Anbieter bestätigte nicht rechtzeitig, etwa weil er erst nachfragt: Die Sitzung läuft von selbst ab, in einem Behälter, den es nicht mehr gibt.
probe-logout-none = Nicht angeboten: Die Sitzung läuft von selbst ab, in einem Behälter, den es nicht mehr gibt.
probe-logout-off = signing.end_idp_session ist aus.
probe-logout-print = Die Adresse trüge das ID-Token, also wird sie nicht gedruckt. Schließen Sie den Behälter: Seine Sitzung läuft von selbst ab.
probe-check-isolation = Behälter beseitigt
probe-isolation-ok = Die Prozesse des Agenten sind beendet, sein Behälter ist gelöscht.
probe-isolation-fail = Etwas vom Agenten oder seinem Behälter ist übrig.
probe-isolation-print = Der Behälter gehört dem, der die Adressen besucht.
probe-check-webview = Eingebettete Agenten gesperrt
probe-webview-skipped = Nur die Anwendung hat eine Webansicht (den Agenten window).
probe-check-ceremony = Der Vorgang als Ganzes
probe-ceremony-ok = Kam in { $seconds } s zu seinem Ende.
probe-ceremony-clock = clock_off: Die Uhr dieses Computers geht der anderen Seite { $seconds } s vor.
probe-check-session = Sitzung unberührt
probe-session-ok = Nach dem Vorgang wurde die Sitzung der Anmeldung erneuert.
probe-session-none = Der Anbieter gab nichts, womit die Sitzung erneuert werden könnte (Scope offline_access), daher zeigt das nichts.
probe-session-fail = Nach dem Vorgang erneuerte der Anbieter die Sitzung der Anmeldung nicht mehr.
probe-session-unreachable = Der Anbieter antwortete nicht.
probe-session-skipped = Es gibt keine Sitzung: Lassen Sie --subject weg, um eine zu haben.
probe-check-logout-scope = Reichweite der Abmeldung
probe-logout-scope-ok = Das Ende der Sitzung des Vorgangs ließ die andere Sitzung derselben Person bestehen.
probe-logout-scope-fail = Das Ende der Sitzung des Vorgangs beendete auch die andere Sitzung derselben Person. Setzen Sie signing.end_idp_session auf false.
probe-logout-scope-skipped = Die Sitzung des Vorgangs wurde nicht beendet, daher zeigt nichts, wie weit das reichen würde.

## meanings
## Der Satz unter dem festen englischen Namen einer Bedeutung. Die Zahl ist die letzte ihres Codes nach ASTM E1762.

meaning-1 = Ich habe diesen Eintrag verfasst.
meaning-2 = Ich habe diesen Eintrag mit anderen verfasst.
meaning-4 = Ich habe dies festgehalten.
meaning-5 = Ich habe die Berichtigung mit ihrer Quelle verglichen.
meaning-6 = Ich bestätige, dass dieser Eintrag gültig ist.
meaning-7 = Ich willige ein.
meaning-8 = Ich habe gesehen, wie unterschrieben wurde.
meaning-13 = Ich habe die Berichtigung gelesen.
meaning-14 = Ich bin die Quelle dieses Eintrags.
meaning-15 = Ich berichtige diesen Eintrag.
meaning-16 = Ich habe dieses Dokument geändert.
meaning-17 = Ich berichtige einen Verwaltungsfehler.
meaning-other = Ich unterschreibe mit dieser Bedeutung.

## reasons

reason-transcription-error = Übertragungsfehler
reason-source-corrected = Quelldokument berichtigt
reason-late-entry = Nachtrag
reason-unit-error = Falsche Einheit
reason-clarification = Klarstellung
reason-wrong-patient = Beim falschen Patienten eingetragen

## window
## Der Titel des eigenen Fensters hinter der Adresse, und die Seite, die der Browser am Ende zeigt.

window-sign = Zum Unterschreiben anmelden
window-sign-in = Anmelden
landing-title = Countersign
landing-done = Sie können diese Seite schließen und zu Countersign zurückkehren.
landing-stray = Hier ist nichts.

## verify
## Die vierzehn Schritte. Ihre festen Namen stehen daneben und werden nicht übersetzt.

verify = Datei prüfen
verify-lead = Geht ohne Verbindung. Die Datei bleibt auf diesem Gerät.
verify-drop = Eine Nachweisdatei hierher ziehen oder auswählen.
verify-choose = Datei wählen…
verify-choose-other = Andere Datei wählen…
verify-file = { $size } KB, gelesen { $clock }
verify-archive = Geprüft gegen das Schlüsselarchiv vom { $at }.
verify-steps = Prüfschritte
verify-unproven = Nicht geprüft
verify-claimed-name = angeblicher Name
verify-save = Bericht speichern…
verify-saved = Der Bericht wurde gespeichert: { $path }
verify-print = Drucken…
verify-hint-choose = Datei wählen
verify-hint-print = Bericht drucken
verify-valid = Gültig. Alle { $count } Schritte bestanden.
verify-invalid = Ungültig. Schritt { $number } von { $count } fehlgeschlagen: { $step }.
verify-valid-advice = Die Datei ist, was unterschrieben wurde; seither wurde nichts darin geändert.
verify-passed = bestanden
verify-attested = bestanden, laut Quittung
verify-failed = fehlgeschlagen
verify-not-run = nicht ausgeführt
verify-not-checked = hier nicht geprüft
verify-claims = Was die Datei behauptet, nicht bewiesen
verify-step-parse = Die Datei ist wohlgeformt und vollständig
verify-step-commitment = Die Anmeldung war an diese Erklärung gebunden
verify-step-holder = Der Einmalschlüssel hat die Erklärung unterschrieben
verify-step-issuer = Der Identitätsanbieter steht auf der Liste
verify-step-id-token = Der Identitätsanbieter hat die Anmeldung unterschrieben
verify-step-audience = Die Anmeldung galt dieser Anwendung
verify-step-time = Alle Zeiten passen zur Quittung
verify-step-freshness = Die Person hat sich für diese Unterschrift angemeldet
verify-step-authentication = Die Anmeldung war stark genug
verify-step-signer = Unterschrieben hat die genannte Person
verify-step-record = Der Eintrag ist der gezeigte
verify-step-challenge = Die Erlaubnis zur Unterschrift wurde einmal genutzt
verify-step-authority = Die Person durfte dies unterschreiben
verify-step-receipt = Die Quittung gehört zu dieser Datei
verify-broken-parse = Die Datei ist beschädigt oder kein Nachweis. Verlassen Sie sich nicht darauf.
verify-broken-commitment = Die Anmeldung galt etwas anderem als dem, was in dieser Datei steht. Verlassen Sie sich nicht darauf.
verify-broken-holder = Die Datei wurde nach dem Unterschreiben geändert. Verlassen Sie sich nicht darauf.
verify-broken-issuer = Die Anmeldung stammt von einem Dienst, der nicht auf der Liste steht. Verlassen Sie sich nicht darauf.
verify-broken-id-token = Die Signatur des Identitätsanbieters passt nicht. Die Datei wurde geändert oder stammt nicht von dort. Verlassen Sie sich nicht darauf.
verify-broken-audience = Die Anmeldung galt einer anderen Anwendung. Verlassen Sie sich nicht darauf.
verify-broken-time = Die Zeiten in dieser Datei widersprechen einander. Verlassen Sie sich nicht darauf.
verify-broken-freshness = Für diese Unterschrift hat sich niemand eigens angemeldet. Verlassen Sie sich nicht darauf.
verify-broken-authentication = Die Anmeldung war schwächer als verlangt. Verlassen Sie sich nicht darauf.
verify-broken-signer = Angemeldet war jemand anderes, als die Datei sagt. Verlassen Sie sich nicht darauf.
verify-broken-record = Der Eintrag ist nicht der, der unterschrieben wurde. Verlassen Sie sich nicht darauf.
verify-broken-challenge = Die Erlaubnis zu unterschreiben galt nicht hierfür oder war schon verbraucht. Verlassen Sie sich nicht darauf.
verify-broken-authority = Wer unterschrieb, durfte das nicht unterschreiben. Verlassen Sie sich nicht darauf.
verify-broken-receipt = Zu dieser Datei gibt es keine Quittung, auf die Verlass ist. Fragen Sie beim Aktendienst, ob sie eingetragen wurde.

## manifestation
## The printable copy of a signature.

manifest-title = Unterschrift
manifest-authenticated = Angemeldet
manifest-class = Klasse { $acr }
manifest-methods = Verfahren { $methods }
manifest-steps = Was geprüft wurde
manifest-version = { $record }, Version { $base }
manifest-became = { $record }, Version { $base } wurde Version { $new }
manifest-awaits = { $record }, Version { $base }: { $count ->
    [one] eine weitere Unterschrift steht aus
   *[other] { $count } weitere Unterschriften stehen aus
}

## activity
## Die Ereignisse des Aktivitätsprotokolls.

chain-complete = { $count ->
    [0] Das Protokoll ist leer.
    [one] Kette vollständig: Eintrag 1.
   *[other] Kette vollständig: Einträge 1 bis { $count }.
}
chain-broken = Kette unterbrochen in Zeile { $line }: { $fault }
event-started = Anwendung gestartet
event-stopped = Anwendung geschlossen
event-policy-read = Richtlinie gelesen
event-policy-changed = Richtlinie geändert
event-policy-refused = Richtlinie abgelehnt
event-signed-in = Angemeldet
event-sign-in-failed = Anmeldung fehlgeschlagen
event-session-restored = Sitzung fortgesetzt
event-locked = Gesperrt
event-unlocked = Entsperrt
event-signed-out = Abgemeldet
event-signing-started = Unterschrift begonnen
event-preflight-passed = Vorprüfung bestanden
event-preflight-inconclusive = Vorprüfung ohne Antwort
event-ambient-sign-in = Im eigenen Fenster war jemand angemeldet
event-signature-sealed = Unterschrift versiegelt
event-signature-recorded = Unterschrift eingetragen
event-signature-cancelled = Unterschrift abgebrochen
event-signature-timed-out = Zeit für die Unterschrift abgelaufen
event-signer-mismatch = Unterschrift nicht übernommen
event-signature-refused = Unterschrift nicht übernommen
event-record-changed = Eintrag geändert, nicht unterschrieben
event-signature-unconfirmed = Versiegelt, noch nicht eingetragen
event-signature-failed = Unterschrift fehlgeschlagen
event-cleaned-up = Anmeldefenster geschlossen und geprüft
event-signing-locked = Unterschreiben gesperrt
event-security-event-sent = Sicherheitsabteilung verständigt
event-declined = Änderung abgelehnt
event-decline-failed = Ablehnen fehlgeschlagen
event-evidence-saved = Nachweis gespeichert
event-evidence-not-saved = Nachweis nicht gespeichert
event-recovered = Protokoll nach einem Absturz geflickt
event-unlock-failed = Entsperren fehlgeschlagen
event-switched-user = Person gewechselt
event-signing-unlocked = Unterschreiben wieder frei
event-clock-set-back = Uhr zurückgestellt
event-shipping-refused = Protokoll vom Aktendienst nicht angenommen
event-signature-not-applied = Unterschrift nicht übernommen
event-delivered-from-outbox = Aus dem Ausgang zugestellt
# Was neben einem Ereignis steht. Nie, warum eine Unterschrift nicht übernommen wurde.
event-detail-not-applied = Ihre Sitzung und Ihre Eingabe sind unverändert
event-detail-recorded = { $record }, Quittung { $receipt }
event-detail-cleaned-up = Vom eigenen Fenster ist nichts übrig
event-detail-left-behind = Etwas vom eigenen Fenster ließ sich nicht entfernen: die IT anrufen
event-detail-preflight = Im eigenen Fenster war niemand angemeldet
event-detail-preflight-inconclusive = Nach der Richtlinie geht es ohne Antwort weiter
event-detail-record-changed = { $record }, Version { $read } wurde zu { $now }
event-detail-record-read = { $record }, gelesen war Version { $read }
event-detail-unlocked = Dieselbe Person, neue Anmeldung
event-detail-locked-idle = { $minutes ->
    [one] 1 Minute ohne Eingabe
   *[other] { $minutes } Minuten ohne Eingabe
}
event-detail-locked-idle-seconds = { $seconds } Sekunden ohne Eingabe
event-detail-locked-person = Von Hand oder mit dem Computer
event-detail-signed-in-browser = Systembrowser
event-detail-signed-in-window = Eigenes Fenster
event-detail-signed-out-person = Von der Person
event-detail-signed-out-expired = Der Anmeldedienst hat die Sitzung nicht mehr verlängert
event-detail-signed-out-absolute = Die Sitzung dauerte so lange, wie es erlaubt ist
event-detail-signed-out-elsewhere = An einem anderen Gerät angemeldet oder von der IT beendet
event-detail-signed-out-switch = Jemand anderes hat das Gerät übernommen
event-detail-signing-unlocked = { $minutes ->
    [one] 1 Minute nach der Sperre
   *[other] { $minutes } Minuten nach der Sperre
}
event-detail-clock-set-back = { $seconds ->
    [one] Um 1 Sekunde
   *[other] Um { $seconds } Sekunden
}
event-detail-shipping-refused = Ab Eintrag { $seq }: die IT anrufen
event-detail-signed-out-idle = Niemand hat etwas berührt
event-detail-policy = { $managed ->
    [0] Kein Wert von der IT gesetzt
    [one] 1 Wert von der IT gesetzt
   *[other] { $managed } Werte von der IT gesetzt
}
event-detail-version = Version { $version }
event-detail-signing-locked = { $count ->
    [one] Nach 1 Unterschrift, die nicht übernommen wurde
   *[other] Nach { $count } Unterschriften, die nicht übernommen wurden
}
event-detail-security-told = Der Aktendienst hat es
event-detail-security-waits = Es wird gesendet, bis der Aktendienst es hat
event-detail-recovered = { $bytes ->
    [one] 1 unvollständiges Oktett abgeschnitten
   *[other] { $bytes } unvollständige Oktette abgeschnitten
}

## checks
## Was die Ansicht Über prüft.

check-identity-provider = Identitätsanbieter
check-records-service = Aktendienst
check-agent = Eigenes Fenster
check-keyring = Schlüsselspeicher dieses Computers
check-audit = Aktivitätsprotokoll
check-outbox = Ausgang
check-disk = Datenträger
check-answers = Antwortet in { $ms } ms
check-answers-clock = Antwortet in { $ms } ms, die Uhr weicht um { $seconds } s ab
check-agent-window = Beginnt leer, lässt nichts zurück
check-agent-browser = Wegwerfbrowser: { $browser }
check-keyring-open = Offen, bewahrt den Schlüssel der Sitzung
check-keyring-memory = Nicht benutzt: nach der Richtlinie bleibt die Sitzung im Arbeitsspeicher
check-disk-free = { $free } MB frei
check-disk-low = { $free } MB frei, das reicht nicht lange

## ctl
## What countersignctl prints.

ctl-file = Datei
ctl-evidence = Nachweis
ctl-signer = Unterschrieben von
ctl-subject = Ausgewiesen als
ctl-proposed = Prüfsumme der Änderung
ctl-shown = Was gelesen wurde
ctl-authentication = Verlangte Anmeldung
ctl-client = Anwendung
ctl-reason = Grund
ctl-unchecked = Nicht prüfbar
ctl-summary = { $valid } gültig, { $invalid } ungültig, { $unchecked } nicht prüfbar.
ctl-partly = Nicht widerlegt und nicht bewiesen: { $passed } von { $count } Schritten bestanden, die übrigen waren nicht prüfbar.
ctl-partly-advice = Es lagen nur die heutigen Schlüssel des Identitätsanbieters vor. Dass dies eingetragen wurde, und wann, beweist die Quittung: mit --archive prüfen.
ctl-keys-changed = Nicht prüfbar: Die heutigen Schlüssel des Identitätsanbieters entscheiden es nicht.
ctl-keys-changed-advice = Er kann seine Schlüssel seither gewechselt haben, oder er hat dies nie unterschrieben. Mit --archive prüfen, das die Schlüssel von damals bewahrt.
ctl-verifying = Prüfung
ctl-folder-empty = Dieser Ordner enthält keinen Nachweis.
ctl-folder-within = Dies ist ein Ordner in einem Ordner, und in ihn wurde nicht gesehen.
ctl-folder-left = { $path }: { $count ->
    [one] 1 Eintrag ist keine .json-Datei oder ist ein Archiv und blieb beiseite.
   *[other] { $count } Einträge sind keine .json-Dateien oder sind Archive und blieben beiseite.
}
ctl-exported = { $path }: { $title }
ctl-archive-written = { $path }: { $issuers } Identitätsanbieter, { $keys } Schlüssel, { $receipt-keys } Quittungsschlüssel.
ctl-policy-usable = Die Richtlinie ist brauchbar.
ctl-audit-broken = Kette unterbrochen in { $file }, Zeile { $line }, wo Eintrag { $seq } hingehört: { $fault }
ctl-audit-set-back = { $file }, Zeile { $line }, Eintrag { $seq }: Die Uhr wurde um { $seconds } s zurückgestellt.
ctl-audit-exported = { $path }: { $count ->
    [one] 1 Eintrag geschrieben.
   *[other] { $count } Einträge geschrieben.
}
ctl-policy-overridden = gilt nicht: { $value }, aus { $source }
ctl-policy-problems = { $count ->
    [one] Die Richtlinie ist unbrauchbar: 1 Fehler.
   *[other] Die Richtlinie ist unbrauchbar: { $count } Fehler.
}
ctl-display = Bildschirm
ctl-webview = Webansicht
ctl-keyring = Schlüsselspeicher
ctl-browser = Browser zum Unterschreiben
ctl-unsandboxed = { $browser } (für root, der ihn ohne dessen Sandbox ausführt: nicht als root unterschreiben)
ctl-not-needed = fehlt, und diese Richtlinie braucht ihn nicht
ctl-found = gefunden
ctl-missing = fehlt

## fields
## Arten von Einträgen, wie records::fields sie nennt.

kind-adverse-event = Unerwünschtes Ereignis
kind-informed-consent = Einwilligung
kind-laboratory-result = Laborergebnis
kind-medical-history = Anamnese
kind-medication-given = Gegebene Medikation
kind-other = Eintrag
kind-other-medication = Begleitmedikation
kind-vital-signs = Vitalzeichen

## Zeilen von Einträgen: eine Beschriftung für jeden Namen, den records::fields einer Zeile geben kann.

field-allergy = Allergie
field-analysed-by = Bestimmt von
field-bmi = Body-Mass-Index
field-body-site = Körperstelle
field-causality = Kausalität
field-clinical-status = Klinischer Status
field-collected = Entnommen
field-comment = Kommentar
field-consent-date = Einwilligung erteilt
field-consented-by = Erteilt von
field-criticality = Kritikalität
field-detected = Erkannt
field-device = Gerät
field-diastolic-pressure = Diastolischer Druck
field-dosage = Dosieranweisung
field-dose = Dosis
field-encoding = Nur Kodierung (SHA-256)
field-end-date = Enddatum
field-end-time = Beendet
field-event = Ereignis
field-form = Formular
field-form-version = Formularversion
field-frequency = Häufigkeit
field-given-by = Gegeben von
field-heart-rate = Herzfrequenz
field-height = Größe
field-indication = Indikation
field-interpretation = Beurteilung
field-issued = Freigegeben
field-last-occurrence = Letztes Auftreten
field-location = Ort
field-measured = Gemessen
field-measured-by = Gemessen von
field-measurement = Messung
field-medication = Medikament
field-method = Methode
field-onset = Beginn
field-organisation = Einrichtung
field-other = Weitere Daten
field-outcome = Ausgang
field-oxygen-saturation = Sauerstoffsättigung
field-patient = Patient
field-policy = Regelung
field-reaction = Reaktion
field-recorded = Erfasst
field-recorded-by = Erfasst von
field-reference-range = Referenzbereich
field-reported-by = Gemeldet von
field-respiratory-rate = Atemfrequenz
field-resulting-condition = Folgezustand
field-route = Verabreichungsweg
field-scope = Geltungsbereich
field-seriousness = Schwerwiegend
field-severity = Schweregrad
field-specimen = Probe
field-start-date = Anfangsdatum
field-status = Status
field-suspect = Vermutete Ursache
field-systolic-pressure = Systolischer Druck
field-temperature = Temperatur
field-test = Test
field-time-given = Gegeben um
field-unit = Einheit
field-valid-from = Gültig ab
field-valid-until = Gültig bis
field-value = Wert
field-verification-status = Verifikationsstatus
field-verified = Geprüft
field-verified-with = Geprüft mit
field-weight = Gewicht

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
memory-only-disk = Die Festplatte dieses Rechners nimmt Ihre Sitzung nicht auf: Nach dem Schließen von Countersign müssen Sie sich neu anmelden. Platz schaffen oder die IT anrufen.

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

outbox-until-closed = { $count ->
    [one] 1 Unterschrift liegt versiegelt im Ausgang. Dieser Rechner kann sie nicht über einen Neustart aufheben: Countersign geöffnet lassen und nicht erneut unterschreiben.
   *[other] { $count } Unterschriften liegen versiegelt im Ausgang. Dieser Rechner kann sie nicht über einen Neustart aufheben: Countersign geöffnet lassen und nicht erneut unterschreiben.
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
network-title = Keine Verbindung, nichts wurde unterschrieben
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
unconfirmed-until-closed = Dieser Rechner kann sie nicht über einen Neustart aufheben. Countersign geöffnet lassen, bis sie eingetragen ist, und der IT die Referenz nennen, falls das nicht bald geschieht.
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

# Sperren, entsperren, das Gerät weitergeben.
lock = Sperren
switch-user = Person wechseln…
locked-idle-minutes = Gesperrt seit { $clock }, nach { $count ->
    [one] 1 Minute
   *[other] { $count } Minuten
} ohne Eingabe
locked-idle-seconds = Gesperrt seit { $clock }, nach { $count } Sekunden ohne Eingabe
locked-person = Gesperrt seit { $clock }, von Hand
locked-system = Gesperrt seit { $clock }, mit diesem Computer
locked-restart = Gesperrt seit { $clock }, seit die Anwendung neu gestartet wurde
locked-title = { $name } ist angemeldet
locked-kept = { $count ->
    [0] Solange gesperrt ist, wird nichts angezeigt.
    [one] Ihre Eingabe bleibt erhalten. Solange gesperrt ist, wird nichts angezeigt.
   *[other] Ihre { $count } Eingaben bleiben erhalten. Solange gesperrt ist, wird nichts angezeigt.
}
locked-cancelled = Die laufende Unterschrift endete mit der Sperre. Nichts wurde unterschrieben.
unlock = Als { $name } entsperren
unlock-page = Sie melden sich erneut an bei <origin>{ $origin }</origin>
unlock-waiting = Warten auf die Anmeldung von { $name }
unlock-cancel = Abbrechen, gesperrt lassen
switch-somebody = Ich bin jemand anderes…
sign-out-name = { $name } abmelden
switch = { $name } abmelden und wechseln?
switch-newcomer = Sie haben sich als <b>{ $newcomer }</b> angemeldet. Hinter der Sperre ist noch { $name } angemeldet.
switch-signed-out = { $name } wird hier und beim Klinikkonto abgemeldet.
switch-entries = { $count ->
    [0] Keine Eingabe ist angefangen und nicht unterschrieben.
    [one] Eine Eingabe ist nicht unterschrieben und wird verworfen.
   *[other] { $count } Eingaben sind nicht unterschrieben und werden verworfen.
}
switch-outbox = { $count ->
    [0] Im Ausgang liegt nichts. Geleistete Unterschriften bleiben gültig.
    [one] 1 Unterschrift liegt im Ausgang und bleibt gültig. Sie wird gesendet, wenn ihre Person hier angemeldet ist.
   *[other] { $count } Unterschriften liegen im Ausgang und bleiben gültig. Sie werden gesendet, wenn ihre Person hier angemeldet ist.
}
switch-nothing-left = Die nächste Person sieht nichts von { $name }.
switch-confirm = { $name } abmelden und wechseln
switch-stay = Gesperrt lassen

# Eine Sitzung, die von selbst endete.
ended-at = Sitzung beendet um { $clock }
elsewhere = Sie haben sich an einem anderen Gerät angemeldet
elsewhere-say = Die Anmeldung dort hat die Sitzung hier geschlossen.
elsewhere-closed = Ihre Sitzung wurde geschlossen
elsewhere-closed-say = Sie wurde von einem anderen Gerät aus oder von der IT geschlossen.
absolute-title = Ihre Sitzung ist zu Ende
absolute-say = Sie dauerte so lange, wie es hier erlaubt ist. Melden Sie sich erneut an, um weiterzuarbeiten.
ended-no-signature = Es lief keine Unterschrift.
ended-signature = Eine Unterschrift lief und endete mit ihr: nichts wurde unterschrieben.
ended-account = Konto
ended-now-on = Jetzt angemeldet an
ended-here = Hier geschlossen
ended-here-since = { $device }, offen seit { $clock }
ended-not-you = Waren Sie das nicht?
ended-not-you-device = Melden Sie sich hier an: das schließt die andere Sitzung. Dann die IT anrufen.
ended-not-you-reference = Melden Sie sich hier an: das schließt die andere Sitzung. Dann die IT anrufen, mit Referenz <ref>{ $reference }</ref>.
ended-ask-it = Hat Ihnen das niemand gesagt? Die IT anrufen.
ended-ask-it-reference = Hat Ihnen das niemand gesagt? Die IT anrufen, mit Referenz <ref>{ $reference }</ref>.
ended-sign-in-here = Hier anmelden und die andere Sitzung schließen
sign-in-idle = Sie wurden abgemeldet, weil niemand etwas berührt hat.
sign-in-switched = Die Person vor Ihnen ist abgemeldet.

# Bevor der Bildschirm sperrt oder die Sitzung endet.
idle-lock = Sperrt in <b>{ $left }</b>
idle-sign-out = Abmeldung in <b>{ $left }</b>
idle-lock-progress = Zeit bis zur Sperre
idle-sign-out-progress = Zeit bis zur Abmeldung
still-there = Noch da?
still-there-say = Berühren Sie den Bildschirm oder drücken Sie eine Taste, um weiterzuarbeiten.
still-there-go-on = Weiter
said-idle-lock = Noch { $seconds } Sekunden bis zur Sperre.
said-idle-sign-out = Noch { $seconds } Sekunden bis zur Abmeldung.
absolute-soon = Sitzung endet um { $clock }
said-absolute = Ihre Sitzung endet um { $clock }. Bringen Sie Offenes zu Ende; danach melden Sie sich erneut an.

# Kiosk.
kiosk-title = Niemand ist angemeldet
kiosk-lead = Melden Sie sich an, um zu sehen, was auf Ihre Unterschrift wartet.
kiosk-sign-in = Anmelden
kiosk-nothing-stays = Nach dem Abmelden bleibt nichts von Ihnen auf diesem Gerät.
kiosk-lock-minutes = Es sperrt nach { $count ->
    [one] 1 Minute
   *[other] { $count } Minuten
} ohne Berührung.
kiosk-lock-seconds = Es sperrt nach { $count } Sekunden ohne Berührung.
kiosk-sign-out-minutes = Es meldet Sie nach { $count ->
    [one] 1 Minute
   *[other] { $count } Minuten
} ohne Berührung ab.
kiosk-sign-out-seconds = Es meldet Sie nach { $count } Sekunden ohne Berührung ab.
kiosk-waiting = { $count ->
    [0] Nichts wartet auf Sie
    [one] 1 Änderung wartet auf Sie
   *[other] { $count } Änderungen warten auf Sie
}
kiosk-due = { $overdue ->
    [0] { $today ->
        [0] Heute ist keine fällig
        [one] 1 ist heute fällig
       *[other] { $today } sind heute fällig
    }
    [one] 1 ist überfällig, { $today } weitere heute fällig
   *[other] { $overdue } sind überfällig, { $today } weitere heute fällig
}
kiosk-start = Mit der dringendsten beginnen

# Ausgang.
outbox-name = Ausgang
outbox-title = { $count ->
    [0] Ausgang
    [one] Ausgang: 1 Unterschrift wartet
   *[other] Ausgang: { $count } Unterschriften warten
}
outbox-lead = Versiegelte Unterschriften, die noch nicht eingetragen sind. Sie werden von selbst gesendet: nicht erneut unterschreiben.
outbox-reading = Der Ausgang wird gelesen …
outbox-empty = Der Ausgang ist leer
outbox-empty-more = Eine Unterschrift, die nicht gleich gesendet werden kann, wartet hier und wird von selbst gesendet.
outbox-caption = Versiegelte Unterschriften, neueste zuerst
outbox-waiting = Versiegelt, noch nicht eingetragen
outbox-refused = Abgewiesen, wird aufbewahrt
outbox-next = nächster Versuch in { $left }
outbox-next-now = nächster Versuch jetzt
outbox-others = { $count ->
    [one] Hier wartet auch 1 Unterschrift von jemand anderem. Sie wird gesendet, wenn diese Person hier angemeldet ist.
   *[other] Hier warten auch { $count } Unterschriften von anderen. Sie werden gesendet, wenn diese Personen hier angemeldet sind.
}
outbox-unreadable = { $count ->
    [one] 1 Datei im Ausgang ist nicht lesbar. Sie wird aufbewahrt: die IT anrufen.
   *[other] { $count } Dateien im Ausgang sind nicht lesbar. Sie werden aufbewahrt: die IT anrufen.
}
outbox-durable = Der Ausgang ist verschlüsselt und übersteht einen Neustart.
outbox-not-durable = Dieser Computer kann den Ausgang nicht über einen Neustart aufheben: Countersign geöffnet lassen.
outbox-try = Jetzt senden
outbox-trying = Wird gesendet …
outbox-tried = { $count ->
    [0] Im Ausgang wartet nichts mehr.
    [one] Im Ausgang wartet noch 1 Unterschrift.
   *[other] Im Ausgang warten noch { $count } Unterschriften.
}
column-signed-as = Unterschrieben als
column-sealed = Versiegelt
column-tries = Versuche

# Aktivität.
activity = Aktivität
activity-lead = Jeder Schritt auf diesem Gerät, der Reihe nach. Mehr findet die IT unter einer Referenz.
activity-show = Anzeigen
activity-kind-all = Alle Ereignisse
activity-kind-signing = Unterschreiben
activity-kind-session = An- und Abmelden
activity-kind-security = Nicht übernommen, Sicherheit
activity-kind-system = Diese Anwendung
activity-find = Nach Referenz, Person oder Einzelheit filtern
activity-find-short = Referenz, Person
activity-caption = Einträge, neueste zuerst
activity-entries = Einträge
activity-reading = Das Protokoll wird gelesen …
activity-another = jemand anderes
activity-device = dieses Gerät
activity-none = Kein Eintrag passt zum Filter
activity-count = { $count ->
    [0] Kein Eintrag passt zum Filter.
    [one] 1 Eintrag passt zum Filter.
   *[other] { $count } Einträge passen zum Filter.
}
activity-count-more = Die neuesten { $count } Einträge, die zum Filter passen, werden angezeigt.
activity-older = Ältere Einträge zeigen
activity-check = Kette erneut prüfen
activity-checking = Die Kette wird geprüft …
activity-export = Exportieren…
activity-exported = Die Einträge wurden gespeichert: { $path }
chain-checked = Geprüft { $clock }.
chain-anchored = Verankert in Quittung { $receipt }.
chain-sent-all = Alles an den Aktendienst gesendet.
chain-sent = An den Aktendienst gesendet bis Eintrag { $seq }.
chain-not-sent = Noch nichts an den Aktendienst gesendet.
chain-changed = Das Protokoll wurde von außen geändert; deshalb kann nichts unterschrieben werden. Die IT anrufen.
column-number = Nr.
column-time = Zeit
column-time-zone = Zeit, { $zone }
column-event = Ereignis
column-reference = Referenz
column-person = Person
column-detail = Einzelheit

# Über und Diagnose.
about = Über
about-title = Über Countersign, Diagnose
about-version = Countersign { $version }, Build { $build }, auf { $device }
about-managed = Von Ihrer IT verwaltet: gesperrte Werte sind hier nicht änderbar
about-not-managed = Keine Maschinenrichtlinie auf diesem Computer
about-reading = Die Richtlinie wird gelesen …
about-policy = Richtlinie
column-key = Schlüssel
column-value = Wert
column-source = Quelle
policy-none = keiner
policy-machine = Maschinenrichtlinie
policy-file = Richtliniendatei
policy-user = Ihre Einstellung
policy-program = Programm
policy-default = Vorgabe
policy-where = Wo es steht
policy-what-for = Wozu es dient
about-checks = Prüfungen
about-checking = Wird geprüft …
check-ok = in Ordnung
check-attention = braucht Aufmerksamkeit
check-failed = geht nicht
check-not-needed = hier nicht nötig
about-help = Lizenz und Hilfe
about-licence = Countersign ist freie Software, nach Wahl unter der MIT-Lizenz oder der Apache-Lizenz 2.0.
about-again = Erneut prüfen
about-copy = Bericht kopieren
about-copied = Der Bericht wurde kopiert.
about-save = Diagnosebericht speichern…
about-saved = Der Bericht wurde gespeichert: { $path }
about-no-secrets = Der Bericht enthält keine Patientendaten und keine Geheimnisse.
about-checked = Prüfungen beendet. { $wrong ->
    [0] Alles ist in Ordnung.
    [one] Eines braucht Aufmerksamkeit.
   *[other] { $wrong } Dinge brauchen Aufmerksamkeit.
}

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
hint-check-chain = Kette prüfen
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
keys-choose-file = Eine Datei wählen
keys-print = Drucken
keys-check-chain = Kette prüfen
keys-lock = sperren
keys-next = nächste Änderung
keys-previous = vorige Änderung
keys-sign = zum Unterschreiben
keys-decline = ablehnen
keys-forward = Anmeldefenster nach vorn holen
keys-escape = zurück, oder die sichere Antwort
keys-all = diese Liste zeigen
keys-single = Einzelne Zeichen lösen Kurzbefehle aus
keys-single-hint = Schalten Sie dies ab, wenn Sie diktieren oder Tasten versehentlich drücken. Pfeiltasten, Eingabe, Escape und F6 gehen immer. Keine Taste allein unterschreibt je.
