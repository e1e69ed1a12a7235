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

## errors
## Pairs: err-… says what happened, rec-… what to do. Names are those of the errors in the code.

## errors of policy
## $key is the policy key, $source where it stands.

err-policy-unknown-key = The policy has a key that does not exist: { $key } in { $source }.
rec-policy-unknown-key = IT: correct or remove it. Known here are: { $allowed }.
err-policy-wrong-type = The policy value { $key } in { $source } has the wrong type: { $found }.
rec-policy-wrong-type = IT: write { $allowed }.
err-policy-not-permitted = The policy value { $key } in { $source } is not permitted: { $found }.
rec-policy-not-permitted = IT: permitted is { $allowed }.
err-policy-not-https = The policy value { $key } in { $source } is not an https address: { $found }.
rec-policy-not-https = IT: write an address that begins with https. Plain http works only for 127.0.0.1 or [::1], and only with identity.development_http.
err-policy-missing = The policy says nothing about { $key }.
rec-policy-missing = IT: set { $key } in the machine policy. For a trial, start with --policy FILE.
err-policy-contradiction = The policy value { $key } in { $source } is { $found }, which does not go with { $other }.
rec-policy-contradiction = IT: with { $other }, permitted is { $allowed }. Or leave { $key } out.
err-policy-not-for-users = { $key } stands in { $source }, but only the machine policy may set it.
rec-policy-not-for-users = Remove { $key } from your settings. IT can set it for this computer.
err-policy-unreadable = The policy cannot be read: { $source }. The system says: { $detail }
rec-policy-unreadable = IT: check that the file exists, is no directory, and may be read by the people who use this computer.
err-policy-syntax = The policy cannot be understood: { $source }, line { $line }: { $detail }
rec-policy-syntax = IT: correct that line. The file is TOML; countersignctl policy check tells when it is right.
err-policy-writable-by-others = The machine policy may be changed by other accounts: { $source }.
rec-policy-writable-by-others = IT: let root own the file and run chmod 644 on it.
err-policy-changed = The policy of this computer was changed while the application was running, so nothing can be signed. Changed: { $key }.
rec-policy-changed = Restart the application: the new policy then applies. You stay signed in until you do, and what you entered is kept until then.
err-policy-file-refused = This computer has a machine policy, so { $source } is not used.
rec-policy-file-refused = Start without --policy. To try a policy, use a computer without a machine policy.

## errors of signing and signing in

err-identity-provider-unreachable = The sign-in page could not be reached. Nothing was signed.
    .sign-in = The sign-in page could not be reached. Nobody was signed in.
rec-identity-provider-unreachable = Check the network connection, then try again. If it stays like this, call IT.
err-identity-provider-untrusted = The sign-in page does not prove that it is the right one: its certificate is not trusted. Nothing was signed.
    .sign-in = The sign-in page does not prove that it is the right one: its certificate is not trusted. Nobody was signed in.
rec-identity-provider-untrusted = Do not sign in anywhere else. Call IT: the certificate has expired, or something stands between this computer and the sign-in page.
err-identity-provider-unusable = The sign-in service answered in a way that cannot be used. Nothing was signed.
    .sign-in = The sign-in service answered in a way that cannot be used. Nobody was signed in.
rec-identity-provider-unusable = Call IT with the reference. IT: compare the provider’s discovery document with the policy; countersignctl doctor does so.
err-identity-provider-error = The sign-in service answered with an error. Nothing was signed.
    .sign-in = The sign-in service answered with an error. Nobody was signed in.
rec-identity-provider-error = Try again. If it stays like this, call IT with the reference.
err-preflight-inconclusive = Whether the separate window was empty could not be found out. Nothing was signed.
rec-preflight-inconclusive = Try again. If it stays like this, call IT. IT: the provider must answer prompt=none, or set signing.ambient_preflight.
err-records-unreachable = The records service could not be reached. Nothing was signed, your entry is kept.
rec-records-unreachable = You can go on reading. Try again when the status line says that the service is connected.
err-records-malformed = The records service sent an answer that does not have the agreed form. Nothing was changed.
rec-records-malformed = Call IT with the reference. IT: the service and this application must speak the same version of the records API.
err-records-too-large = The records service sent an answer that is larger than permitted. It was not read.
rec-records-too-large = Call IT with the reference. IT: find out what the service sends; amendments are at most 1 MiB.
err-records-untrusted = The records service does not prove that it is the right one: its certificate is not trusted.
rec-records-untrusted = Call IT. IT: renew the certificate, or name its authority in records.ca_file.
err-records-refused = The records service did not accept this. Nothing was signed.
rec-records-refused = You may not be permitted to sign this record. Ask the person who requested it; IT finds the reason under the reference.
err-record-changed = The record changed while you were signing. Nothing was signed.
rec-record-changed = Read it again, then decide.
err-amendment-gone = This amendment does not wait for your signature any more.
rec-amendment-gone = Go back to the worklist; it was signed, declined or withdrawn.
err-note-unusable = The note is too long, or holds a character that cannot be recorded. Nothing was signed.
rec-note-unusable = Shorten it to fewer than 1000 characters with its reason, and use no tab characters.
err-sign-out-incomplete = You are signed out, but what this device kept of the session could not be deleted.
rec-sign-out-incomplete = Call IT. Until the file is deleted, the session may come back when the application starts.
err-text-changed = The text on the screen is not the text that would be signed. Nothing was signed.
rec-text-changed = Open the amendment again. If it stays like this, call IT with the reference.
err-session-ended = Your session has ended. Nothing was signed, your entry is kept until you close the application.
rec-session-ended = Sign in again.
err-not-signed-in = Nobody is signed in.
rec-not-signed-in = Sign in.
err-locked = The screen is locked.
rec-locked = Unlock it by signing in again.
err-nobody-to-switch-to = Nobody waits to take over any more. The screen stays locked.
rec-nobody-to-switch-to = Sign in at the lock again.
err-not-allowed-here = This device has no way to files or printers.
rec-not-allowed-here = Use a workstation for it. IT: session.profile is kiosk.
err-challenge-expired = The permission to sign ran out before the signature arrived. Nothing was signed, your entry is kept.
rec-challenge-expired = Sign again. It holds for five minutes.
err-demands-conflict = The policy of this computer and the records service ask for sign-ins that exclude each other. Nothing was signed.
rec-demands-conflict = Call IT. IT: signing.acr_values must contain one that the service accepts.
err-step-up-unmet = The records service asks for a sign-in of another kind than the identity provider gave, even when it was asked for that kind. Nothing was signed.
rec-step-up-unmet = Call IT. IT: compare the authentication contexts (acr) that the records service demands with those that the identity provider can give this person.
err-clock-off = The clock of this computer is { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
} off. Nothing was signed.
    .sign-in = The clock of this computer is wrong by { $minutes } { $minutes ->
        [one] minute
       *[other] minutes
    }. Nobody was signed in.
rec-clock-off = Set the clock, or call IT: automatic time setting is switched off or does not work.
err-ports-taken = The sign-in cannot come back to this application: another program uses its ports. Nothing was signed.
    .sign-in = The sign-in cannot come back to this application: another program uses its ports. Nobody was signed in.
rec-ports-taken = Close other programs or restart the computer. IT: the ports are in identity.redirect_ports.
err-agent-unavailable = The separate window for signing in cannot be opened. Nothing was signed.
    .sign-in = The separate window for signing in cannot be opened. Nobody was signed in.
rec-agent-unavailable = Restart the application. If it stays like this, call IT. IT: countersignctl doctor says what is missing.
err-agent-failed = The separate window for signing in broke down. Nothing was signed, your entry is kept.
    .sign-in = The separate window for signing in broke down. Nobody was signed in.
rec-agent-failed = Try again. If it stays like this, restart the application.
err-no-display = There is no display to show a window on.
rec-no-display = Start the application on a desktop, or in a remote session that shows one.
err-no-webview = The system component that shows web pages is missing or too old.
rec-no-webview = IT: install WebKitGTK 4.1 (Linux) or the WebView2 runtime (Windows), then start again.
err-isolation-unavailable = This computer cannot open an empty window that is separate from everything else. Nothing was signed.
    .sign-in = This computer cannot open an empty window that is separate from everything else. Nobody was signed in.
rec-isolation-unavailable = IT: update the WebView2 runtime, or set signing.agent to browser.
    .sign-in = IT: update the WebView2 runtime, or set session.sign_in_agent to system_browser.
err-browser-missing = The policy of this computer wants a browser for signing, and there is none.
rec-browser-missing = IT: install Chromium, Google Chrome or Microsoft Edge (not as a snap or flatpak), or set signing.agent to window.
err-self-check-failed = The finished signature did not pass our own check, so it was not sent. Nothing was signed.
rec-self-check-failed = Try again. If it happens twice, call IT with the reference.
err-no-randomness = This computer gave no random numbers. Nothing was signed.
    .sign-in = This computer gave no random numbers. Nobody was signed in.
rec-no-randomness = Restart the computer. If it stays like this, call IT.
err-name-missing = The sign-in service does not say what you are called, and a signature needs a printed name.
rec-name-missing = IT: let the provider send the name claim to this application.
err-host-not-allowed = The sign-in page wanted to go to { $host }, which is not permitted. Nothing was signed.
    .sign-in = The sign-in page wanted to go to { $host }, which is not permitted. Nobody was signed in.
rec-host-not-allowed = Cancel and call IT. IT: if the address is right, add it to identity.allowed_hosts.
err-ceremony-under-way = A signature is already under way.
rec-ceremony-under-way = Finish or cancel it first.
err-signature-waits = A sealed signature for this amendment is still waiting to be delivered. Nothing was signed now.
rec-signature-waits = Do not sign it again. It is sent by itself while whoever signed it is signed in here.
err-signing-locked = Signing is locked for this session. You stay signed in.
rec-signing-locked = To sign again, sign out and sign in. Did somebody else try to sign here? Call IT.
err-cancelled = You cancelled. Nothing was signed, your entry is kept.
    .sign-in = You cancelled. Nobody was signed in.
rec-cancelled = Sign when you are ready.
    .sign-in = Sign in when you are ready.
err-timed-out = Time ran out. Nothing was signed, your entry is kept.
    .sign-in = Time ran out. Nobody was signed in.
rec-timed-out = Try again. You have five minutes each time.
err-refused = The sign-in was not accepted.
rec-refused = Try again. If it stays like this, give the reference to IT.
err-unconfirmed = Your signature is sealed; whether it is recorded is being asked.
rec-unconfirmed = Do not sign again. It is asked until there is an answer.
err-cannot-save = The file could not be saved.
rec-cannot-save = Choose another folder, or make room on the disk.
err-cannot-read = The file could not be read.
rec-cannot-read = Choose another one, or copy it to this computer first.
err-archive-missing = There are no keys on this device to check the file against.
rec-archive-missing = Connect to the records service once, then try again. IT: countersignctl archive fetches them too.
err-internal = Something went wrong in this application. Nothing was signed.
    .sign-in = Something went wrong in this application. Nobody was signed in.
rec-internal = Restart the application. If it happens again, call IT with the reference.

## errors of this computer

err-keyring-missing = This computer has no key store, so you stay signed in only until you close the application.
rec-keyring-missing = You can work normally. IT: set up a keyring (Linux: gnome-keyring or KWallet), or set session.remember to memory.
err-keyring-locked = The key store of this computer is locked, so you stay signed in only until you close the application.
rec-keyring-locked = Unlock the keyring of the desktop, then restart the application.
err-vault-unusable = What was kept of your last session cannot be read. It was deleted.
rec-vault-unusable = Sign in. If this happens often, call IT.
err-audit-unwritable = The activity log cannot be written, so nothing can be signed. Your entry is kept.
rec-audit-unwritable = Call IT. IT: countersignctl doctor says why.
err-audit-broken = The activity log was changed from outside, so nothing can be signed.
rec-audit-broken = Call IT. IT: countersignctl audit verify names the line. Keep the file as evidence; after it is moved away a new log begins.
err-audit-in-use = Another running program has the activity log open.
rec-audit-in-use = Close the other window of this application. If there is none, restart the computer.
err-audit-disk-full = The disk is full, so the activity log cannot be written and nothing can be signed.
rec-audit-disk-full = Make room on the disk, then try again.
err-audit-forbidden = This account may not write the activity log, so nothing can be signed.
rec-audit-forbidden = IT: check audit.path and the permissions of its folder.
err-audit-displaced = A file of the activity log was moved, replaced or cut while the application was running, so nothing can be signed.
rec-audit-displaced = Call IT. IT: keep what stands in its place as evidence, put the file back, and restart the application. countersignctl audit verify says whether anything is missing.
err-audit-stopped = The activity log has stopped, so nothing can be signed.
rec-audit-stopped = Make room on the disk if it is full, then restart the application. If it stays like this, call IT.
err-audit-unusable = The activity log cannot be used, so nothing can be signed.
rec-audit-unusable = Restart the application. If it stays like this, call IT.
err-outbox-unwritable = The outbox cannot be written. Nothing was sent that would not survive a power loss. Nothing was signed.
rec-outbox-unwritable = Make room on the disk, then try again.
err-outbox-unreadable = The outbox holds something that cannot be read. It is kept.
rec-outbox-unreadable = Do not sign those amendments again. Call IT.
err-outbox-unreachable = The records service could not be reached.
rec-outbox-unreachable = It is sent again by itself. Do not sign again.
err-outbox-not-let-in = The records service did not let this session in.
rec-outbox-not-let-in = It is sent again by itself. If it stays like this, sign out and sign in.
err-outbox-record-changed = The record was changed by somebody else before this signature arrived.
rec-outbox-record-changed = Read the record again, then sign or decline the amendment. This signature is kept for the record.
err-outbox-not-pending = The amendment was signed, declined or withdrawn before this signature arrived.
rec-outbox-not-pending = There is nothing left to sign. This signature is kept for the record.
err-outbox-challenge-spent = The permission to sign was used up or does not fit the time of this signature.
rec-outbox-challenge-spent = Sign the amendment again. This signature is kept for the record; give IT the reference.
err-outbox-forbidden = You may not sign this record with this meaning.
rec-outbox-forbidden = Ask the person who requested it. This signature is kept for the record.
err-outbox-not-accepted = The records service did not accept the evidence.
rec-outbox-not-accepted = Do not sign again. Give IT the reference; the signature is kept for the record.
err-outbox-not-written = This computer could not write down what the records service answered.
rec-outbox-not-written = Make room on the disk. It is sent again by itself: do not sign again.
err-evidence-gone = There is no evidence of this signature, neither in your outbox nor at the records service.
rec-evidence-gone = Call IT with the reference under which the activity log has the signature.

## errors that only IT reads
## The refusals. Whoever signs reads the one text of not-applied; this stands beside the reference for IT.

err-issuer-mismatch = The ID token comes from another issuer than the policy names.
rec-issuer-mismatch = Compare identity.issuer with the provider’s discovery document, character by character, with its last slash.
err-response-issuer-missing = The provider promises to name itself in its answer (RFC 9207) and did not.
rec-response-issuer-missing = Something on the way removes the parameter iss, or the provider is configured in two places. Correct it there.
err-response-issuer-mismatch = Another provider answered than the one that was asked.
rec-response-issuer-mismatch = Treat it as an attack (mix-up) until it is explained. Compare the issuer of the answer with identity.issuer.
err-state-mismatch = The answer belongs to another sign-in request.
rec-state-mismatch = Once is a stray page; repeatedly, treat it as an attack on the callback and look at the computer.
err-callback-malformed = The answer’s address is not the expected one, or repeats parameters.
rec-callback-malformed = Look at the provider’s configuration of redirect addresses; if that is right, treat it as an attack on the callback.
err-audience-mismatch = The ID token is not meant for this application.
rec-audience-mismatch = Compare identity.client_id with the registration at the provider.
err-audience-untrusted = The ID token is meant for other applications too.
rec-audience-untrusted = Let the provider issue tokens for this application alone.
err-azp-mismatch = The ID token was issued to another application.
rec-azp-mismatch = Compare identity.client_id with the registration at the provider.
err-nonce-mismatch = The ID token was not made for this signature.
rec-nonce-mismatch = Treat it as a replay until it is explained. The provider must return the nonce unchanged.
err-signature-invalid = The provider’s signature on the ID token does not fit.
rec-signature-invalid = Look for a proxy that changes traffic, or a key that was exchanged at the provider without a new name.
err-algorithm-not-allowed = The ID token is signed in a way that is not permitted.
rec-algorithm-not-allowed = Compare identity.algorithms with what the provider is set to for this application. Shared secrets and none are never accepted.
err-key-not-found = The provider publishes no key that fits the ID token.
rec-key-not-found = Check that the provider’s key set is up to date everywhere behind its address.
err-key-ambiguous = More than one of the provider’s keys fits the ID token.
rec-key-ambiguous = Let the provider name its keys (kid).
err-key-too-small = The provider signs with an RSA key of fewer than 2048 bits.
rec-key-too-small = Give the provider a larger key.
err-header-unsupported = The head of the ID token asks for something that is not understood.
rec-header-unsupported = Let the provider issue plain signed tokens, without crit, b64 or nesting.
err-token-too-large = The ID token is larger than 64 KiB.
rec-token-too-large = Reduce the claims that the provider puts into it; group lists are the usual cause.
err-expired = The ID token has expired.
rec-expired = Compare the clocks of this computer and of the provider.
err-expiry-too-far = The ID token says that it is valid for more than a month.
rec-expiry-too-far = Let the provider issue ID tokens that live for minutes, an hour at most.
err-issued-in-future = The ID token is dated in the future.
rec-issued-in-future = Compare the clocks of this computer and of the provider.
err-issued-too-old = The ID token is too old, or does not say when it was issued.
rec-issued-too-old = Compare the clocks. If they agree, treat it as a replay.
err-not-yet-valid = The ID token is not valid yet.
rec-not-yet-valid = Compare the clocks of this computer and of the provider.
err-subject-missing = The ID token names nobody.
rec-subject-missing = Check identity.subject_claims and which claims the provider sends.
err-subject-mismatch = The ID token names another person than expected.
rec-subject-mismatch = The entry says who. Ask both people; if nobody can explain it, treat it as an impersonation attempt.
err-auth-time-missing = The provider did not say when the person signed in.
rec-auth-time-missing = Let the provider send the auth_time claim to this application.
err-auth-time-stale = The person was not asked to sign in for this signature.
rec-auth-time-stale = The provider must obey prompt=login and max_age for this application. See identity.max_age.
err-auth-time-future = The person is said to have signed in in the future.
rec-auth-time-future = Compare the clocks of this computer and of the provider.
err-acr-unmet = The sign-in was not of the kind that is demanded.
rec-acr-unmet = The person needs the second factor, or signing.acr_values names something that the provider does not send.
err-amr-unmet = The sign-in did not use all the methods that are demanded.
rec-amr-unmet = The person needs the second factor, or signing.required_amr names something that the provider does not send.
err-at-hash-mismatch = The access token does not belong to the ID token.
rec-at-hash-mismatch = Treat it as token substitution until it is explained.
err-delegated = Somebody acts in the person’s place.
rec-delegated = A signature cannot be delegated. Let the provider issue no act claim to this application.
err-userinfo-subject-mismatch = The provider’s user information is about another person.
rec-userinfo-subject-mismatch = Treat it as token substitution until it is explained.
err-signer-mismatch = Somebody else signed in than the person of the session.
rec-signer-mismatch = The entry says who. Ask both people; if nobody can explain it, treat it as an impersonation attempt.
err-ambient-sign-in = Somebody was signed in in the empty window without being asked.
rec-ambient-sign-in = Switch off automatic sign-in (Kerberos, device tokens, client certificates) for this application at the provider, or set signing.agent to browser.

## Before any token: what stands in the way. Whoever signs reads identity-provider-unusable; this stands beside the reference for IT.

err-issuer-not-https = identity.issuer is not an https address without query and fragment.
rec-issuer-not-https = Correct identity.issuer. Plain http works only for 127.0.0.1 or [::1], and only with identity.development_http.
err-discovery-issuer-mismatch = The provider’s discovery document is about another issuer than identity.issuer.
rec-discovery-issuer-mismatch = Write identity.issuer exactly as the document does, with its last slash. If the document names somebody else’s address, treat it as an attack.
err-discovery-unreadable = The provider’s discovery document or key set is not the JSON that the standard describes.
rec-discovery-unreadable = Open both addresses in a browser: a maintenance page or a proxy’s sign-in page is the usual cause.
err-endpoint-missing = The provider’s discovery document lacks an endpoint that signing needs.
rec-endpoint-missing = Switch on the authorization code flow for this application at the provider; its document must name the token endpoint.
err-endpoint-not-https = The provider’s discovery document names an address that is not https.
rec-endpoint-not-https = Set the provider’s public address to https. Behind a reverse proxy, tell the provider which scheme is in use.
err-endpoint-redirects = The provider answered a call with a redirect. It was not followed.
rec-endpoint-redirects = Let the discovery document name the final addresses. Look for a proxy that asks for a sign-in of its own.
err-pkce-not-offered = The provider does not say that it supports PKCE with S256.
rec-pkce-not-offered = Switch it on at the provider. If it is on and only not advertised, set identity.require_s256 to false.
err-code-flow-not-offered = The provider does not offer the authorization code flow.
rec-code-flow-not-offered = Switch on the response type code at the provider.
err-no-common-algorithm = The provider offers none of the signature algorithms that the policy accepts.
rec-no-common-algorithm = Compare identity.algorithms with id_token_signing_alg_values_supported. Shared secrets and none are never accepted.
err-too-many-keys = The provider publishes more than 100 keys.
rec-too-many-keys = Remove retired keys from the provider’s key set.
err-reply-too-large = The provider sent an answer that is larger than permitted. It was not read to its end.
rec-reply-too-large = Find out what the provider sends: at most 256 KiB of documents, 1 MiB of anything else.
err-reply-too-slow = The provider did not answer in time.
rec-reply-too-slow = Look at the provider’s load and at the network between; countersignctl doctor measures it.
err-reply-unreadable = The provider sent an answer that the standard does not describe.
rec-reply-unreadable = Look at the provider’s log at this time: its endpoint failed, or a proxy answered in its place.
err-tokens-not-bound = The provider offers DPoP, and issued tokens that are not bound to the key.
rec-tokens-not-bound = Switch DPoP on for this application at the provider, or off in its discovery document.
err-trust-unavailable = The certificates that the policy names cannot be used.
rec-trust-unavailable = Check that records.ca_file is a readable PEM file with certificates in it.

## probe
## What countersignctl probe finds. Only IT reads it.

probe-title = Can this identity provider support signatures under 21 CFR Part 11?
probe-about = What countersignctl { $version } found when it ran the application’s own sign-in and ceremony. The records service was played on this computer; nothing was submitted or recorded.
probe-answer = Answer
probe-accepted = Yes. The signature was accepted, and its evidence verifies.
probe-refused = No signature: the ceremony was refused ({ $refusal }).
probe-failed = Not answered: the ceremony did not come to an end that says anything about the provider’s ID tokens.
probe-reference = Reference { $reference }.
probe-reference-label = Reference
probe-when = When
probe-issuer = Issuer
probe-client = Client
probe-agent = Agent
probe-checks = What was found
probe-column-check = Check
probe-column-status = Status
probe-column-detail = Detail
probe-values = What was tried
probe-column-key = Key
probe-column-value = Value
probe-column-source = Source
probe-notes = What the application noted
probe-status-ok = ok
probe-status-warn = attention
probe-status-fail = FAILS
probe-status-skipped = not measured
probe-open = Jar { $jar }: open this address in an empty jar (a new private window; the same one for the same number) and sign in.
probe-open-unseen = Jar { $jar }: open this address as well. The provider answers by itself.

probe-because = { $why }
probe-not-reached = The run ended before.
probe-check-policy = Policy
probe-policy-ok = The policy can be used.
probe-policy-subject = --subject names one claim, and the policy names people by { $claims }. Leave --subject out: whoever signs in first is then the signer.
probe-check-discovery = Discovery
probe-discovery-ok = { $issuer } publishes its configuration and its keys under exactly this name.
probe-check-s256 = PKCE with S256 (RFC 7636)
probe-s256-ok = Advertised and used.
probe-s256-warn = Used, but not advertised; identity.require_s256 lets that pass. Whether the provider checks it was not measured.
probe-check-algorithms = Signature algorithms
probe-algorithms-ok = Accepted and offered: { $common }. Offered in all: { $offered }.
probe-check-par = Pushed requests (RFC 9126)
probe-par-ok = Offered, and every request is pushed.
probe-par-warn = Not offered: the request passes through the agent, where it can be read and changed. Its answer is verified all the same.
probe-check-clock = Clocks
probe-clock-ok = The provider’s clock is { $seconds } s ahead of this computer’s; { $skew } s are allowed.
probe-clock-fail = The provider’s clock is { $seconds } s ahead of this computer’s; only { $skew } s are allowed.
probe-clock-skipped = The provider’s answers carry no date.
probe-check-scopes = Scopes
probe-scopes-ok = Asked for, as the policy says: { $scopes }.
probe-scopes-skipped = Asked for: { $scopes }. Where no policy says otherwise, the application asks for { $usual }; set identity.signing_scopes to try them.
probe-check-resource = Resource (RFC 8707)
probe-resource-ok = Asked for, as the policy says: { $resource }.
probe-resource-none = None is asked for, as the policy says.
probe-resource-skipped = None was asked for. Where no policy says otherwise, the application asks for { $usual }; set identity.resource to try it.
probe-check-sign-in = Sign-in
probe-sign-in-ok = Somebody signed in as in the application, and is the signer.
probe-sign-in-skipped = --subject says who the signer has to be.
probe-check-name = Printed name (21 CFR 11.50 (a)(1))
probe-name-ok = The provider says what the person is called.
probe-name-scopes = The provider says no name for the scopes that were asked for. The application refuses such a sign-in: set identity.session_scopes to those that bring the claim name.
probe-name-fail = The provider says no name for the policy’s scopes. The application refuses such a sign-in: let the provider send the claim name, in the ID token or from UserInfo.
probe-name-skipped = --subject says no name, so none was asked for (scope profile). Leave it out to see whether the provider says one.
probe-check-iss = Issuer in the answer (RFC 9207)
probe-iss-ok = The answer names its issuer.
probe-iss-warn = The answer names no issuer, and none is promised. Where one client is registered at several providers, answers could be mixed up.
probe-check-dpop = Bound tokens (RFC 9449)
probe-dpop-ok = Offered ({ $offered }), and the tokens are bound to the ceremony’s one-time key.
probe-dpop-unused = Offered ({ $offered }), but not used: ES256 has to be among them.
probe-dpop-warn = Not offered: whoever gets hold of an access token can use it until it expires or is revoked.
probe-check-preflight = Nobody is signed in beforehand
probe-preflight-ok = In the empty jar nobody was signed in.
probe-preflight-open = The provider did not say in time whether somebody is signed in in the empty jar.
probe-preflight-fail = The empty jar signed somebody in by itself: Kerberos, a device’s own token, a client certificate, or a jar that was not empty.
probe-preflight-skipped = Not asked: signing.ambient_preflight is off, or the addresses are visited by hand.
probe-check-callback = Callback
probe-callback-ok = One answer came, at the right address and with the right state.
probe-check-id-token = ID token
probe-id-token-ok = Earns none of the { $count } refusals.
probe-check-auth-time = auth_time present and fresh
probe-auth-time-ok = Present and of this ceremony: { $seconds } s before the ID token was issued.
probe-auth-time-fresh = Present and of this ceremony.
probe-check-acr = acr echoed
probe-acr-ok = Asked for { $wanted }; the ID token says { $said }.
probe-acr-skipped = The policy asks for no context. The ID token says { $said }.
probe-check-amr = Methods (RFC 8176)
probe-amr-ok = Demanded { $wanted }; the ID token says { $said }.
probe-amr-skipped = The policy demands no method. The ID token says { $said }.
probe-check-prompt-login = prompt=login honoured
probe-prompt-login-ok = In a jar where somebody was signed in, the provider asked again.
probe-prompt-login-fail = The provider answered without asking anybody.
probe-prompt-login-skipped = Everybody has to sign in in an empty jar, so this shows nothing. The agent browser can look, without --subject.
probe-check-max-age = max_age honoured
probe-max-age-ok = In a jar where somebody was signed in, the provider no longer took that for max_age={ $seconds }.
probe-max-age-warn = In a jar where somebody was signed in, the provider answered max_age={ $seconds } without asking. prompt=login and auth_time have to do.
probe-max-age-skipped = max_age={ $seconds } was sent. Everybody has to sign in in an empty jar, so this shows nothing. The agent browser can look, without --subject.
probe-max-age-off = identity.max_age says that none is sent.
probe-check-subject = The signer, and nobody else
probe-subject-ok = The one who signed in is the signer.
probe-subject-fail = Somebody else signed in than the signer. The signature was refused.
probe-check-request-subject = Subject request enforced
probe-request-subject-ok = Asked for somebody else, the provider did not answer with the one who is signed in.
probe-request-subject-warn = Asked for somebody else, the provider answered with the one who is signed in (OIDC Core 3.1.2.2). The application compares by itself.
probe-request-subject-fail = The signer was named in the request, and the provider let somebody else answer (OIDC Core 3.1.2.2).
probe-request-subject-off = signing.request_subject is off: the signer is not named in the request.
probe-request-subject-skipped = The signer was named in the request. Only somebody else’s attempt shows whether the provider enforces it.
probe-check-evidence = Evidence
probe-evidence-ok = Sealed, and verified in all { $count } steps from its octets alone.
probe-evidence-fail = Does not verify, at step { $step }.
probe-check-revocation = Revocation (RFC 7009)
probe-revocation-ok = The ceremony’s tokens were revoked.
probe-revocation-warn = Not offered: the ceremony’s tokens expire by themselves.
probe-revocation-fail = A token of the ceremony could not be revoked: it expires by itself.
probe-check-logout = The ceremony’s session ended
probe-logout-ok = The provider ended the ceremony’s session in its own jar.
probe-logout-warn = The provider did not confirm in time, as where it asks the person first: the session expires by itself, in a jar that is gone.
probe-logout-none = Not offered: the session expires by itself, in a jar that is gone.
probe-logout-off = signing.end_idp_session is off.
probe-logout-print = The address would carry the ID token, so it is not printed. Close the jar: its session expires by itself.
probe-check-isolation = Jar gone
probe-isolation-ok = The agent’s processes ended, and its jar is deleted.
probe-isolation-fail = Something of the agent or its jar is left.
probe-isolation-print = The jar belongs to whoever visits the addresses.
probe-check-webview = Embedded agents blocked
probe-webview-skipped = Only the application has a web view (the agent window).
probe-check-ceremony = The ceremony as a whole
probe-ceremony-ok = Came to its end in { $seconds } s.
probe-ceremony-clock = clock_off: this computer’s clock is { $seconds } s ahead of the other side’s.
probe-check-session = The session was not touched
probe-session-ok = After the ceremony the session of the sign-in was renewed.
probe-session-none = The provider gave nothing to renew the session with (scope offline_access), so nothing shows it.
probe-session-fail = After the ceremony the provider no longer renewed the session of the sign-in.
probe-session-unreachable = The provider did not answer.
probe-session-skipped = There is no session: leave out --subject to have one.
probe-check-logout-scope = Scope of the logout
probe-logout-scope-ok = Ending the ceremony’s session left the same person’s other session alone.
probe-logout-scope-fail = Ending the ceremony’s session ended the same person’s other session too. Set signing.end_idp_session to false.
probe-logout-scope-skipped = The ceremony’s session was not ended, so nothing shows how far that would reach.

## meanings
## The sentence below a meaning’s standard name. The number is the last one of its ASTM E1762 code.

meaning-1 = I wrote this record.
meaning-2 = I wrote this record together with others.
meaning-4 = I recorded this.
meaning-5 = I compared the correction with its source.
meaning-6 = I confirm that this record is valid.
meaning-7 = I consent.
meaning-8 = I saw the signature being made.
meaning-13 = I have read the correction.
meaning-14 = I am the source of this record.
meaning-15 = I correct this record.
meaning-16 = I changed this document.
meaning-17 = I correct an administrative error.
meaning-other = I sign with this meaning.

## reasons

reason-transcription-error = Transcription error
reason-source-corrected = Source document corrected
reason-late-entry = Late entry
reason-unit-error = Wrong unit
reason-clarification = Clarification
reason-wrong-patient = Entered for the wrong patient

## window
## The title of the separate window after its address, and the page that the browser shows at the end.

window-sign = Sign in to sign
window-sign-in = Sign in
landing-title = Countersign
landing-done = You can close this page and go back to Countersign.
landing-stray = There is nothing here.

## verify
## The fourteen steps. Their stable names stand beside these texts and are not translated.

verify = Verify a file
verify-lead = Works without a connection. The file stays on this device.
verify-drop = Drop an evidence file here, or choose one.
verify-choose = Choose a file…
verify-choose-other = Choose another file…
verify-file = { $size } KB, read { $clock }
verify-archive = Checked against the key archive of { $at }.
verify-steps = Verification steps
verify-unproven = Not verified
verify-claimed-name = claimed name
verify-save = Save report…
verify-saved = The report was saved: { $path }
verify-print = Print…
verify-hint-choose = choose a file
verify-hint-print = print report
verify-valid = Valid. All { $count } steps passed.
verify-invalid = Not valid. Step { $number } of { $count } failed: { $step }.
verify-valid-advice = The file is what was signed, and nothing in it was changed since.
verify-passed = passed
verify-attested = passed, says the receipt
verify-failed = failed
verify-not-run = not run
verify-not-checked = not checked here
verify-claims = What the file claims, not proven
verify-step-parse = The file is well formed and complete
verify-step-commitment = The sign-in was bound to this statement
verify-step-holder = The one-time key signed the statement
verify-step-issuer = The identity provider is on the list
verify-step-id-token = The identity provider signed the sign-in
verify-step-audience = The sign-in was meant for this application
verify-step-time = All times fit the receipt
verify-step-freshness = The signer signed in for this signature
verify-step-authentication = The sign-in was strong enough
verify-step-signer = The signer is the person named
verify-step-record = The record is the one that was shown
verify-step-challenge = The permission to sign was used once
verify-step-authority = The signer was allowed to sign this
verify-step-receipt = The receipt belongs to this file
verify-broken-parse = The file is damaged, or it is no evidence. Do not rely on it.
verify-broken-commitment = The sign-in was for something else than what stands in this file. Do not rely on it.
verify-broken-holder = The file was changed after it was signed. Do not rely on it.
verify-broken-issuer = The sign-in comes from a service that is not on the list. Do not rely on it.
verify-broken-id-token = The identity provider’s signature does not fit. The file was changed, or it never came from there. Do not rely on it.
verify-broken-audience = The sign-in was meant for another application. Do not rely on it.
verify-broken-time = The times in this file contradict each other. Do not rely on it.
verify-broken-freshness = The signer did not sign in for this signature. Do not rely on it.
verify-broken-authentication = The sign-in was weaker than what was demanded. Do not rely on it.
verify-broken-signer = Who signed in is not who the file says. Do not rely on it.
verify-broken-record = The record is not the one that was signed. Do not rely on it.
verify-broken-challenge = The permission to sign was not given for this, or was used before. Do not rely on it.
verify-broken-authority = The signer was not allowed to sign this. Do not rely on it.
verify-broken-receipt = There is no receipt for this file that can be relied on. Ask the records service whether it was recorded.

## manifestation
## The printable copy of a signature.

manifest-title = Signature
manifest-authenticated = Signed in
manifest-class = class { $acr }
manifest-methods = methods { $methods }
manifest-steps = What was checked
manifest-version = { $record }, version { $base }
manifest-became = { $record }, version { $base } became version { $new }
manifest-awaits = { $record }, version { $base }: { $count ->
    [one] one more signature is awaited
   *[other] { $count } more signatures are awaited
}

## activity
## The events of the activity log.

chain-complete = { $count ->
    [0] The log is empty.
    [one] Chain complete: entry 1.
   *[other] Chain complete: entries 1 to { $count }.
}
chain-broken = Chain broken at line { $line }: { $fault }
event-started = Application started
event-stopped = Application closed
event-policy-read = Policy read
event-policy-changed = Policy changed
event-policy-refused = Policy refused
event-signed-in = Signed in
event-sign-in-failed = Sign-in failed
event-session-restored = Session continued
event-locked = Locked
event-unlocked = Unlocked
event-signed-out = Signed out
event-signing-started = Signing started
event-preflight-passed = Preflight passed
event-preflight-inconclusive = Preflight without an answer
event-ambient-sign-in = Somebody was signed in in the separate window
event-signature-sealed = Signature sealed
event-signature-recorded = Signature recorded
event-signature-cancelled = Signature cancelled
event-signature-timed-out = Signature timed out
event-signer-mismatch = Signature not applied
event-signature-refused = Signature not applied
event-record-changed = Record changed, not signed
event-signature-unconfirmed = Sealed, not yet recorded
event-signature-failed = Signature failed
event-cleaned-up = Sign-in window closed and checked
event-signing-locked = Signing locked
event-security-event-sent = Security team told
event-declined = Amendment declined
event-decline-failed = Declining failed
event-evidence-saved = Evidence saved
event-evidence-not-saved = Evidence not saved
event-recovered = Log mended after a crash
event-unlock-failed = Unlocking failed
event-switched-user = Person switched
event-signing-unlocked = Signing unlocked
event-clock-set-back = Clock set back
event-shipping-refused = Log not taken by the records service
event-signature-not-applied = Signature not applied
event-delivered-from-outbox = Delivered from the outbox
# What stands beside an event. Never why a signature was not applied.
event-detail-not-applied = Your session and your entry are unchanged
event-detail-recorded = { $record }, receipt { $receipt }
event-detail-cleaned-up = Nothing of the separate window is left
event-detail-left-behind = Something of the separate window could not be removed: call IT
event-detail-preflight = Nobody was signed in in the separate window
event-detail-preflight-inconclusive = Policy goes on without an answer
event-detail-record-changed = { $record }, version { $read } became { $now }
event-detail-record-read = { $record }, version { $read } was read
event-detail-unlocked = Same person, new sign-in
event-detail-locked-idle = { $minutes ->
    [one] 1 minute without input
   *[other] { $minutes } minutes without input
}
event-detail-locked-idle-seconds = { $seconds } seconds without input
event-detail-locked-person = By hand, or together with the computer
event-detail-signed-in-browser = System browser
event-detail-signed-in-window = Separate window
event-detail-signed-out-person = By the person
event-detail-signed-out-expired = The sign-in service no longer renewed the session
event-detail-signed-out-absolute = The session lasted as long as is allowed
event-detail-signed-out-elsewhere = Signed in on another device, or ended by IT
event-detail-signed-out-switch = Somebody else took over the device
event-detail-signing-unlocked = { $minutes ->
    [one] 1 minute after it was locked
   *[other] { $minutes } minutes after it was locked
}
event-detail-clock-set-back = { $seconds ->
    [one] By 1 second
   *[other] By { $seconds } seconds
}
event-detail-shipping-refused = From entry { $seq } on: call IT
event-detail-signed-out-idle = Nobody touched anything
event-detail-policy = { $managed ->
    [0] No value set by IT
    [one] 1 value set by IT
   *[other] { $managed } values set by IT
}
event-detail-version = Version { $version }
event-detail-signing-locked = { $count ->
    [one] After 1 signature that was not applied
   *[other] After { $count } signatures that were not applied
}
event-detail-security-told = The records service has it
event-detail-security-waits = It is sent again until the records service has it
event-detail-recovered = { $bytes ->
    [one] 1 unfinished octet cut off
   *[other] { $bytes } unfinished octets cut off
}

## checks
## What the About screen looks at.

check-identity-provider = Identity provider
check-records-service = Records service
check-agent = Separate window
check-keyring = Key store of this computer
check-audit = Activity log
check-outbox = Outbox
check-disk = Disk
check-answers = Answers in { $ms } ms
check-answers-clock = Answers in { $ms } ms, clock differs by { $seconds } s
check-agent-window = Starts empty, leaves nothing behind
check-agent-browser = Throw-away browser: { $browser }
check-keyring-open = Unlocked, keeps the session key
check-keyring-memory = Not used: by policy the session stays in memory
check-disk-free = { $free } MB free
check-disk-low = { $free } MB free, which does not last long

## ctl
## What countersignctl prints.

ctl-file = File
ctl-evidence = Evidence
ctl-signer = Signed by
ctl-subject = Identified as
ctl-proposed = Digest of the amendment
ctl-shown = What the signer read
ctl-authentication = Sign-in asked for
ctl-client = Application
ctl-reason = Reason
ctl-unchecked = Could not be checked
ctl-summary = { $valid } valid, { $invalid } not valid, { $unchecked } could not be checked.
ctl-partly = Not refuted, and not proven: { $passed } of { $count } steps hold, the others could not be checked.
ctl-partly-advice = Only the identity provider’s keys of today were at hand. That this was recorded, and when, is proven by its receipt: verify with --archive.
ctl-keys-changed = Could not be checked: the identity provider’s keys of today do not decide it.
ctl-keys-changed-advice = It may have changed its keys since, or it never signed this. Verify with --archive, which keeps the keys of that time.
ctl-verifying = verifying
ctl-folder-empty = This folder holds no evidence.
ctl-folder-within = This is a folder within a folder, and was not looked into.
ctl-folder-left = { $path }: { $count ->
    [one] 1 entry is no .json file, or is an archive, and was left aside.
   *[other] { $count } entries are no .json files, or are archives, and were left aside.
}
ctl-exported = { $path }: { $title }
ctl-archive-written = { $path }: { $issuers } identity providers, { $keys } keys, { $receipt-keys } receipt keys.
ctl-policy-usable = The policy can be used.
ctl-audit-broken = Chain broken in { $file }, line { $line }, where entry { $seq } belongs: { $fault }
ctl-audit-set-back = { $file }, line { $line }, entry { $seq }: the clock was set back by { $seconds } s.
ctl-audit-exported = { $path }: { $count ->
    [one] 1 entry written.
   *[other] { $count } entries written.
}
ctl-policy-overridden = does not apply: { $value }, from { $source }
ctl-policy-problems = { $count ->
    [one] The policy cannot be used: 1 problem.
   *[other] The policy cannot be used: { $count } problems.
}
ctl-display = Display
ctl-webview = Web view
ctl-keyring = Key store
ctl-browser = Browser for signing
ctl-unsandboxed = { $browser } (for root, which runs it without its sandbox: do not sign as root)
ctl-not-needed = missing, and not needed by this policy
ctl-found = found
ctl-missing = missing

## fields
## Kinds of records, as records::fields names them.

kind-adverse-event = Adverse event
kind-informed-consent = Informed consent
kind-laboratory-result = Laboratory result
kind-medical-history = Medical history
kind-medication-given = Medication given
kind-other = Record
kind-other-medication = Other medication
kind-vital-signs = Vital signs

## Rows of records: one label for each name that records::fields can give a row.

field-allergy = Allergy
field-analysed-by = Analysed by
field-bmi = Body mass index
field-body-site = Body site
field-causality = Causality
field-clinical-status = Clinical status
field-collected = Collected
field-comment = Comment
field-consent-date = Consent given
field-consented-by = Given by
field-criticality = Criticality
field-detected = Detected
field-device = Device
field-diastolic-pressure = Diastolic pressure
field-dosage = Dosage instruction
field-dose = Dose
field-encoding = Encoding only (SHA-256)
field-end-date = End date
field-end-time = Time ended
field-event = Event
field-form = Form
field-form-version = Form version
field-frequency = Frequency
field-given-by = Given by
field-heart-rate = Heart rate
field-height = Height
field-indication = Indication
field-interpretation = Interpretation
field-issued = Issued
field-last-occurrence = Last occurrence
field-location = Location
field-measured = Measured
field-measured-by = Measured by
field-measurement = Measurement
field-medication = Medication
field-method = Method
field-onset = Onset
field-organisation = Organisation
field-other = Other data
field-outcome = Outcome
field-oxygen-saturation = Oxygen saturation
field-patient = Patient
field-policy = Policy
field-reaction = Reaction
field-recorded = Recorded
field-recorded-by = Recorded by
field-reference-range = Reference range
field-reported-by = Reported by
field-respiratory-rate = Respiratory rate
field-resulting-condition = Resulting condition
field-route = Route
field-scope = Scope
field-seriousness = Seriousness
field-severity = Severity
field-specimen = Specimen
field-start-date = Start date
field-status = Status
field-suspect = Suspected cause
field-systolic-pressure = Systolic pressure
field-temperature = Temperature
field-test = Test
field-time-given = Time given
field-unit = Unit
field-valid-from = Valid from
field-valid-until = Valid until
field-value = Value
field-verification-status = Verification status
field-verified = Verified
field-verified-with = Verified with
field-weight = Weight

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
memory-only-disk = The disk of this computer does not take your session: you have to sign in again after closing Countersign. Make room, or call IT.

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

outbox-until-closed = { $count ->
    [one] 1 signature is sealed and waits in the outbox. This computer cannot keep it over a restart: leave Countersign open, and do not sign it again.
   *[other] { $count } signatures are sealed and wait in the outbox. This computer cannot keep them over a restart: leave Countersign open, and do not sign them again.
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
network-title = No connection, nothing was signed
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
unconfirmed-until-closed = This computer cannot keep it over a restart. Leave Countersign open until it is recorded, and give IT the reference if it is not recorded soon.
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

# Locking, unlocking, passing the device on.
lock = Lock
switch-user = Switch user…
locked-idle-minutes = Locked since { $clock }, after { $count ->
    [one] 1 minute
   *[other] { $count } minutes
} without input
locked-idle-seconds = Locked since { $clock }, after { $count } seconds without input
locked-person = Locked since { $clock }, by hand
locked-system = Locked since { $clock }, together with this computer
locked-restart = Locked since { $clock }, when the application was started again
locked-title = { $name } is signed in
locked-kept = { $count ->
    [0] Nothing is shown while locked.
    [one] Your entry is kept. Nothing is shown while locked.
   *[other] Your { $count } entries are kept. Nothing is shown while locked.
}
locked-cancelled = The signature that was under way ended with the lock. Nothing was signed.
unlock = Unlock as { $name }
unlock-page = You sign in again at <origin>{ $origin }</origin>
unlock-waiting = Waiting for { $name } to sign in
unlock-cancel = Cancel, stay locked
switch-somebody = I am somebody else…
sign-out-name = Sign out { $name }
switch = Sign out { $name } and switch?
switch-newcomer = You signed in as <b>{ $newcomer }</b>. { $name } is still signed in behind the lock.
switch-signed-out = { $name } is signed out here and at the clinic account.
switch-entries = { $count ->
    [0] No entry was begun and not signed.
    [one] One entry is not signed and is discarded.
   *[other] { $count } entries are not signed and are discarded.
}
switch-outbox = { $count ->
    [0] Nothing waits in the outbox. Signatures already made stay valid.
    [one] 1 signature waits in the outbox and stays valid. It is sent when whoever signed it is signed in here.
   *[other] { $count } signatures wait in the outbox and stay valid. They are sent when whoever signed them is signed in here.
}
switch-nothing-left = The next person sees nothing of { $name }.
switch-confirm = Sign out { $name } and switch
switch-stay = Stay locked

# A session that ended by itself.
ended-at = Session ended at { $clock }
elsewhere = You signed in on another device
elsewhere-say = Signing in there closed the session here.
elsewhere-closed = Your session was closed
elsewhere-closed-say = It was closed from another device or by IT.
absolute-title = Your session has ended
absolute-say = It lasted as long as is allowed here. Sign in again to go on.
ended-no-signature = No signature was under way.
ended-signature = A signature was under way and ended with it: nothing was signed.
ended-account = Account
ended-now-on = Now signed in on
ended-here = Closed here
ended-here-since = { $device }, open since { $clock }
ended-not-you = Was this not you?
ended-not-you-device = Sign in here: that closes the other session. Then call IT.
ended-not-you-reference = Sign in here: that closes the other session. Then call IT with reference <ref>{ $reference }</ref>.
ended-ask-it = Nobody told you? Call IT.
ended-ask-it-reference = Nobody told you? Call IT with reference <ref>{ $reference }</ref>.
ended-sign-in-here = Sign in here and close the other session
sign-in-idle = You were signed out because nobody touched anything.
sign-in-switched = The person before you is signed out.

# Before the screen locks or the session ends.
idle-lock = Locks in <b>{ $left }</b>
idle-sign-out = Signs you out in <b>{ $left }</b>
idle-lock-progress = Time until the screen locks
idle-sign-out-progress = Time until sign-out
still-there = Still there?
still-there-say = Touch the screen or press any key to go on.
still-there-go-on = Go on
said-idle-lock = { $seconds } seconds until the screen locks.
said-idle-sign-out = { $seconds } seconds until you are signed out.
absolute-soon = Session ends at { $clock }
said-absolute = Your session ends at { $clock }. Finish what is open; after that, sign in again.

# Kiosk.
kiosk-title = Nobody is signed in
kiosk-lead = Sign in to see the amendments that wait for your signature.
kiosk-sign-in = Sign in
kiosk-nothing-stays = Nothing of you stays on this device after you sign out.
kiosk-lock-minutes = It locks after { $count ->
    [one] 1 minute
   *[other] { $count } minutes
} without a touch.
kiosk-lock-seconds = It locks after { $count } seconds without a touch.
kiosk-sign-out-minutes = It signs you out after { $count ->
    [one] 1 minute
   *[other] { $count } minutes
} without a touch.
kiosk-sign-out-seconds = It signs you out after { $count } seconds without a touch.
kiosk-waiting = { $count ->
    [0] Nothing waits for you
    [one] 1 amendment waits for you
   *[other] { $count } amendments wait for you
}
kiosk-due = { $overdue ->
    [0] { $today ->
        [0] None is due today
        [one] 1 is due today
       *[other] { $today } are due today
    }
    [one] 1 is overdue, { $today } more due today
   *[other] { $overdue } are overdue, { $today } more due today
}
kiosk-start = Start with the most urgent

# Outbox.
outbox-name = Outbox
outbox-title = { $count ->
    [0] Outbox
    [one] Outbox: 1 signature waits
   *[other] Outbox: { $count } signatures wait
}
outbox-lead = Sealed signatures that are not recorded yet. They are sent by themselves: do not sign them again.
outbox-reading = Reading the outbox …
outbox-empty = The outbox is empty
outbox-empty-more = A signature that cannot be sent at once waits here and is sent by itself.
outbox-caption = Sealed signatures, newest first
outbox-waiting = Sealed, not yet recorded
outbox-refused = Refused, kept for the record
outbox-next = next try in { $left }
outbox-next-now = next try now
outbox-others = { $count ->
    [one] 1 signature of somebody else waits here too. It is sent when that person is signed in here.
   *[other] { $count } signatures of other people wait here too. They are sent when those people are signed in here.
}
outbox-unreadable = { $count ->
    [one] 1 file in the outbox cannot be read. It is kept: call IT.
   *[other] { $count } files in the outbox cannot be read. They are kept: call IT.
}
outbox-durable = The outbox is encrypted and survives a restart.
outbox-not-durable = This computer cannot keep the outbox over a restart: leave Countersign open.
outbox-try = Try to send now
outbox-trying = Sending …
outbox-tried = { $count ->
    [0] Nothing waits in the outbox any more.
    [one] 1 signature still waits in the outbox.
   *[other] { $count } signatures still wait in the outbox.
}
column-signed-as = Signed as
column-sealed = Sealed
column-tries = Tries

# Activity.
activity = Activity
activity-lead = Every step on this device, in order. IT finds more under a reference.
activity-show = Show
activity-kind-all = All events
activity-kind-signing = Signing
activity-kind-session = Signing in and out
activity-kind-security = Not applied, security
activity-kind-system = This application
activity-find = Filter by reference, person or detail
activity-find-short = Reference, person
activity-caption = Entries, newest first
activity-entries = Entries
activity-reading = Reading the log …
activity-another = somebody else
activity-device = this device
activity-none = No entry matches the filter
activity-count = { $count ->
    [0] No entry matches the filter.
    [one] 1 entry matches the filter.
   *[other] { $count } entries match the filter.
}
activity-count-more = The newest { $count } entries that match the filter are shown.
activity-older = Show older entries
activity-check = Check the chain again
activity-checking = Checking the chain …
activity-export = Export…
activity-exported = The entries were saved: { $path }
chain-checked = Checked { $clock }.
chain-anchored = Anchored in receipt { $receipt }.
chain-sent-all = All sent to the records service.
chain-sent = Sent to the records service up to entry { $seq }.
chain-not-sent = Nothing sent to the records service yet.
chain-changed = The activity log was changed from outside, so nothing can be signed. Call IT.
column-number = No.
column-time = Time
column-time-zone = Time, { $zone }
column-event = Event
column-reference = Reference
column-person = Person
column-detail = Detail

# About and diagnostics.
about = About
about-title = About and diagnostics
about-version = Countersign { $version }, build { $build }, on { $device }
about-managed = Managed by your IT: locked values cannot be changed here
about-not-managed = No machine policy on this computer
about-reading = Reading the policy …
about-policy = Policy
column-key = Key
column-value = Value
column-source = Source
policy-none = none
policy-machine = Machine policy
policy-file = Policy file
policy-user = Your setting
policy-program = Program
policy-default = Default
policy-where = Where it stands
policy-what-for = What it is for
about-checks = Checks
about-checking = Checking …
check-ok = in order
check-attention = needs attention
check-failed = does not work
check-not-needed = not needed here
about-help = Licence and help
about-licence = Countersign is free software under the MIT licence or the Apache licence 2.0, as you prefer.
about-again = Run checks again
about-copy = Copy report
about-copied = The report was copied.
about-save = Save diagnostics report…
about-saved = The report was saved: { $path }
about-no-secrets = The report holds no patient data and no secrets.
about-checked = Checks finished. { $wrong ->
    [0] Everything is in order.
    [one] One thing needs attention.
   *[other] { $wrong } things need attention.
}

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
hint-check-chain = check chain
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
keys-choose-file = Choose a file
keys-print = Print
keys-check-chain = check the chain
keys-lock = lock
keys-next = next amendment
keys-previous = previous amendment
keys-sign = open the sign panel
keys-decline = decline
keys-forward = bring the sign-in window forward
keys-escape = back, or the safe answer
keys-all = show this list
keys-single = Single characters act as shortcuts
keys-single-hint = Switch this off if you use speech input or press keys by accident. The arrow keys, Enter, Escape and F6 always work. No key alone ever signs.
