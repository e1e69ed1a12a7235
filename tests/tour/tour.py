"""The tour: one clinician's morning, driven through the accessibility tree of the release build.

Sign in; sign an amendment; try another with somebody else's credentials; find the session intact by signing it properly;
cancel one; save the evidence; sign out; verify the evidence with countersignctl. Every step says what it expects and what it
saw, and the tour fails when any of them differ.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from desktop import Desktop, NotFound, search  # noqa: E402

FIRST, SECOND, THIRD = "LAB-88123", "VIT-61207", "MED-30551"
CEREMONY = "Sign in to sign$"
SIGN_IN = "· Sign in$"
MAIN = "^Countersign$"
UNIFORM = "The signature was not applied. Your session and your entry are unchanged. Reference "


def differing(one, other):
    """How many points of two pictures are not the same."""
    if one is None or other is None or len(one) != len(other):
        return max(len(one or b""), len(other or b""))
    return sum(a != b for a, b in zip(one, other))


class Pixels:
    """A picture of the screen in greys, one octet a point."""

    def __init__(self, octets, width):
        self.octets, self.width = octets, width

    @classmethod
    def of(cls, path):
        width = int(subprocess.run(["identify", "-format", "%w", path], check=True, capture_output=True, text=True).stdout)
        return cls(subprocess.run(["convert", path, "gray:-"], check=True, capture_output=True).stdout, width)

    def within(self, place):
        """What lies in this rectangle (x, y, width, height); everything where none is named."""
        if place is None:
            return self.octets
        x, y, width, height = place
        rows = (self.octets[row * self.width + x : row * self.width + x + width] for row in range(y, y + height))
        return b"".join(rows)


class Tour:
    # What the demo is started with, beside what every tour needs.
    options = []

    def __init__(self, binaries, out):
        self.binaries, self.out = binaries, out
        self.desk = Desktop()
        self.steps, self.pictures, self.last_picture = [], 0, None
        self.saved = out / "saved"
        self.saved.mkdir(exist_ok=True)

    # ------------------------------------------------------------ telling

    def expect(self, step, expected, seen, holds=None):
        holds = expected == seen if holds is None else holds
        self.steps.append({"step": step, "expected": expected, "seen": seen, "holds": holds})
        print(f"{'ok    ' if holds else 'DIFFER'}  {step}: {seen!r}", flush=True)
        return holds

    def contains(self, step, expected, seen):
        return self.expect(step, f"contains {expected!r}", seen if len(seen) < 400 else expected if expected in seen else seen[:400], expected in seen)

    def picture(self, name, new=None):
        """Taken when the screen shows something else than in the last picture (or that element, where it is named), and has
        come to rest but for a caret and a countdown. The accessibility tree is ahead of what is painted, by much on a busy
        machine."""
        self.pictures += 1
        path = self.out / f"{self.pictures:02}-{name}.png"
        place = self.desk.place(*new) if new else None
        until, still, before = time.monotonic() + 30, 0, None
        while still < 2 and time.monotonic() < until:
            time.sleep(0.5)
            subprocess.run(["import", "-window", "root", str(path)], check=True)
            now = Pixels.of(path)
            painted = differing(now.within(place), self.last_picture and self.last_picture.within(place)) > 200
            still = still + 1 if painted and differing(now.octets, before and before.octets) < 3000 else 0
            before = now
        self.last_picture = before
        if still < 2:
            self.expect(f"the screen comes to rest for the picture of {name}", "something new, at rest", "the old, or moving")

    # ------------------------------------------------------------ doing

    def authenticate(self, account, window):
        self.desk.type("entry", "^User name", account["username"], window)
        self.desk.type("password text", "^Password", account["password"], window)
        self.desk.press("push button", "^Sign in$", window)

    def open_review(self, record):
        row = self.desk.find("row header", record, MAIN)
        link = search(row, "link", re.compile("."))
        self.desk.act(link)
        self.desk.find("push button", "^Sign…$", MAIN)

    def fill_in(self, note):
        self.desk.press("push button", "^Sign…$", MAIN)
        self.desk.find("dialog", "^Sign amendment", MAIN)
        self.desk.type("combo box", "^Reason for change", "Tran", MAIN)
        self.desk.type("entry", "^Note", note, MAIN)
        # The text to be signed follows what is typed; the button waits for it, and so does a person.
        self.desk.until(lambda: f"transcription error, “{note}”" in self.desk.everything(MAIN), "the complete text")

    def begin(self):
        self.desk.press("push button", "^Sign in again and sign", MAIN)
        self.desk.find("heading", "^Sign in again in the separate window", MAIN)
        self.desk.find("entry", "^User name", CEREMONY)

    def audit(self):
        with open(self.facts["audit"], encoding="utf-8") as log:
            return [json.loads(line) for line in log]

    def inspect(self):
        control = self.facts["control"]
        request = urllib.request.Request(control["url"] + "inspect", headers={"Authorization": f"Bearer {control['token']}"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def web_processes(self):
        """The web engine's processes of the application."""
        parent = str(self.facts["pids"]["application"])
        found = subprocess.run(["ps", "--ppid", parent, "-o", "comm="], capture_output=True, text=True).stdout
        return found.split().count("WebKitWebProces")

    # ------------------------------------------------------------ the morning

    def run(self):
        self.start()
        adams, baker = (self.account(name) for name in ("adams", "baker"))
        self.sign_in(adams)
        self.sign_one(adams)
        self.somebody_else(baker)
        self.properly_after_all(adams)
        self.cancel_one()
        self.sign_out()
        self.quit()
        self.verify()

    def account(self, username):
        return next(account for account in self.facts["accounts"] if account["username"] == username)

    def start(self):
        shipped = (self.binaries / "countersign").read_bytes()
        self.expect("the shipped program has no driver in it", False, b"TAURI_WEBDRIVER_PORT" in shipped)
        clinic = self.out / "clinic"
        shutil.rmtree(clinic, ignore_errors=True)
        self.log = open(self.out / "application.log", "w", encoding="utf-8")
        self.demo = subprocess.Popen(
            [self.binaries / "countersign-demo", "--control", *self.options, "--dir", clinic, "--run", self.binaries / "countersign", "--", "--save-dir", self.saved],
            stdout=subprocess.PIPE, stderr=self.log, text=True, env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"})
        self.facts = json.loads(self.demo.stdout.readline())
        self.desk.wait_for_window(MAIN)

    def sign_in(self, adams):
        self.desk.find("push button", "^Sign in in a separate window", MAIN)
        self.picture("sign-in")
        self.desk.press("push button", "^Sign in in a separate window", MAIN)
        self.desk.find("entry", "^User name", SIGN_IN)
        titles = self.desk.windows()
        self.expect("the sign-in window's title begins with the provider's origin", True, any(title.startswith(self.facts["issuer"] + " ·") for title in titles))
        self.picture("sign-in-window")
        self.authenticate(adams, SIGN_IN)
        self.desk.find("heading", "^Worklist$", MAIN)
        self.desk.find("row header", FIRST, MAIN)
        self.desk.wait_for_window(SIGN_IN, gone=True)
        self.contains("the worklist names who is signed in", "A. Adams", self.desk.find("push button", "^Account", MAIN).name)
        self.picture("worklist")

    def sign_one(self, adams):
        self.open_review(FIRST)
        self.picture("review")
        self.fill_in("Checked against the analyser's printout.")
        self.picture("sign")
        self.begin()
        self.expect("the separate window is a process of its own", 2, self.web_processes())
        self.picture("ceremony")
        self.authenticate(adams, CEREMONY)
        self.desk.find("heading", "^Signed and recorded$", MAIN)
        self.desk.wait_for_window(CEREMONY, gone=True)
        self.expect("the separate window's process is gone", 1, self.web_processes())
        shown = self.desk.everything(MAIN)
        for part in ("Electronically signed", "A. Adams", "Addendum Signature", "Transcription error", FIRST, "Version 3 became version 4"):
            self.contains(f"the manifestation says {part!r}", part, shown)
        self.picture("signed")
        self.desk.press("push button", "^Save evidence", MAIN)
        self.desk.until(lambda: any(self.saved.iterdir()), "the saved evidence")
        self.picture("evidence-saved")
        self.desk.press("push button", "^Worklist$", MAIN)

    def somebody_else(self, baker):
        self.desk.find("row header", SECOND, MAIN)
        committed = self.inspect()["committed"]
        self.open_review(SECOND)
        self.fill_in("Read off twice.")
        self.begin()
        self.authenticate(baker, CEREMONY)
        self.desk.find("heading", "^The signature was not applied", MAIN)
        self.desk.wait_for_window(CEREMONY, gone=True)
        shown = " ".join(self.desk.everything(MAIN).split())
        references = set(re.findall(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b", shown))
        self.expect("one reference is shown", 1, len(references))
        reference = references.pop() if references else ""
        said = [e["event"] for e in self.audit() if e.get("reference") == reference]
        self.expect("the audit log says under that reference who it was", True, "signer_mismatch" in said)
        self.expect("nothing was committed", committed, self.inspect()["committed"])
        self.expect("the other person is not named", False, "Baker" in shown)
        for part in UNIFORM.removesuffix(" Reference ").split(". "):
            self.contains("the uniform text", part.rstrip("."), shown)
        self.contains("the session is still the same person's", "A. Adams", shown)
        self.picture("not-applied")

    def properly_after_all(self, adams):
        self.desk.press("push button", "^(Back to the worklist|Worklist)$", MAIN)
        self.open_review(SECOND)
        self.desk.press("push button", "^Sign…$", MAIN)
        self.desk.find("dialog", "^Sign amendment", MAIN)
        self.contains("the entry is as it was left", "Read off twice.", self.desk.text("entry", "^Note", MAIN))
        self.picture("entry-kept")
        self.begin()
        self.authenticate(adams, CEREMONY)
        self.desk.find("heading", "^Signed and recorded$", MAIN)
        self.desk.wait_for_window(CEREMONY, gone=True)
        self.contains("the same amendment is signed now", SECOND, self.desk.everything(MAIN))
        self.picture("signed-after-all")
        self.desk.press("push button", "^Worklist$", MAIN)

    def cancel_one(self):
        self.desk.find("row header", THIRD, MAIN)
        committed = self.inspect()["committed"]
        self.open_review(THIRD)
        self.fill_in("Not sure yet.")
        self.begin()
        self.desk.press("push button", "^Cancel signing$", MAIN)
        self.desk.find("heading", "^You cancelled", MAIN)
        self.desk.wait_for_window(CEREMONY, gone=True)
        self.expect("cancelling commits nothing", committed, self.inspect()["committed"])
        self.picture("cancelled")
        self.desk.press("push button", "^(Back to the worklist|Worklist)$", MAIN)

    def sign_out(self):
        self.desk.press("push button", "^Account", MAIN)
        self.picture("account")
        self.desk.press("push button", "^Sign out", MAIN)
        self.desk.find("push button", "^Sign in in a separate window", MAIN)
        self.picture("signed-out")
        # They are revoked while the next screen is shown already.
        self.desk.until(lambda: count(self.inspect()["active_tokens"]) == 0, "the tokens to be revoked")
        self.expect("no token is left at the identity provider", 0, count(self.inspect()["active_tokens"]))

    def quit(self):
        self.fetch_archive()
        self.demo.terminate()
        self.expect("the demo ends in good order", 0, self.demo.wait(timeout=30))

    def verify(self):
        evidence = self.out / "evidence.json"
        shutil.copy(next(self.saved.iterdir()), evidence)
        shutil.copy(self.facts["audit"], self.out / "audit.jsonl")
        ctl = self.binaries / "countersignctl"
        archive = self.out / "archive.json"
        good = subprocess.run([ctl, "verify", evidence, "--archive", archive], capture_output=True, text=True)
        print(good.stdout, good.stderr, sep="")
        self.expect("countersignctl accepts the evidence", 0, good.returncode)
        octets = evidence.read_bytes()
        accepted = []
        forged = self.out / "forged.json"
        # Each byte is changed by the release test of the evidence crate; here, a hundred of them through the program.
        for at in range(0, len(octets), max(1, len(octets) // 100)):
            forged.write_bytes(octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1:])
            if subprocess.run([ctl, "verify", forged, "--archive", archive], capture_output=True).returncode == 0:
                accepted.append(at)
        forged.unlink()
        self.expect("countersignctl refuses it after any byte is changed", [], accepted)
        log = subprocess.run([ctl, "audit", "verify", self.out / "audit.jsonl"], capture_output=True, text=True)
        self.expect("the audit log's chain is whole", 0, log.returncode)

    def fetch_archive(self):
        with urllib.request.urlopen(self.facts["records"] + "v1/archive") as answer:
            (self.out / "archive.json").write_bytes(answer.read())

    def finish(self):
        if getattr(self, "demo", None) and self.demo.poll() is None:
            self.demo.terminate()
            self.demo.wait(timeout=30)
        failed = [step for step in self.steps if not step["holds"]]
        (self.out / "tour.json").write_text(json.dumps({"passed": not failed, "steps": self.steps}, indent=2) + "\n", encoding="utf-8")
        return failed


def count(value):
    return value if isinstance(value, int) else len(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--kiosk", action="store_true", help="the tour of a shared device")
    arguments = parser.parse_args()
    out = arguments.out.resolve()
    for old in (*out.glob("[0-9][0-9]-*.png"), *out.glob("saved/*")):
        old.unlink()
    chosen = Tour
    if arguments.kiosk:
        from kiosk import KioskTour as chosen
    tour = chosen(arguments.binaries.resolve(), out)
    try:
        tour.run()
    except (NotFound, subprocess.TimeoutExpired, OSError) as error:
        tour.expect("the tour goes on", "no interruption", f"{type(error).__name__}: {error}")
        tour.picture("interrupted")
    failed = tour.finish()
    print(f"Tour: {len(tour.steps)} checks, {len(failed)} differ, {tour.pictures} pictures in {out}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
