"""The tour of a shared device: sign-in, idle lock, unlock, somebody else at the lock, user switch, sign-out without a network,
signed in elsewhere. Every step says what it expects and what it saw.
"""

import json
import re
import urllib.request

from tour import MAIN, SIGN_IN, Tour

# Whatever stands in a record of the demo clinic: none of it may be on a locked screen, or before the next person.
RECORDS = re.compile(r"\b(LAB|VIT|MED|CM|ICF|MH|AE)-\d+|\bP-\d{5}\b")


class KioskTour(Tour):
    options = ["--kiosk", "--session-limit", "one-per-subject"]

    def run(self):
        self.start()
        adams, baker = (self.account(name) for name in ("adams", "baker"))
        self.desk.patience = 60.0
        self.sign_in_here(adams)
        self.picture("worklist")
        self.nobody_touches_anything()
        self.unlock(adams)
        self.nobody_touches_anything()
        self.stay_locked(baker)
        self.switch(baker)
        self.signed_in_elsewhere(adams)
        self.quit()

    def sign_in_here(self, account):
        self.desk.find("push button", "^Sign in$", MAIN)
        self.picture("sign-in")
        self.desk.press("push button", "^Sign in$", MAIN)
        self.come_in(account)

    def come_in(self, account):
        self.desk.find("entry", "^User name", SIGN_IN)
        self.authenticate(account, SIGN_IN)
        self.desk.wait_for_window(SIGN_IN, gone=True)
        self.desk.find("heading", "amendments? wait", MAIN)
        self.contains("the screen names who is signed in", account["name"], self.desk.everything(MAIN))

    def nobody_touches_anything(self):
        self.desk.find("heading", "is signed in$", MAIN)
        self.holds_no_record("behind the lock")
        self.picture("locked")

    def holds_no_record(self, where):
        seen = sorted(set(match.group() for match in RECORDS.finditer(self.desk.everything())))
        self.expect(f"nothing of a record is on the screen {where}", [], seen)

    def unlock(self, account):
        self.desk.press("push button", f"^Unlock as {account['name']}", MAIN)
        self.come_in(account)
        self.expect("the session is the one before", "unlocked", self.audit()[-1]["event"])
        self.picture("unlocked")

    def somebody_else(self, account):
        self.desk.press("push button", "^Unlock as", MAIN)
        self.desk.find("entry", "^User name", SIGN_IN)
        self.authenticate(account, SIGN_IN)
        self.desk.wait_for_window(SIGN_IN, gone=True)
        self.desk.find("push button", "^Stay locked$", MAIN)
        self.holds_no_record("while somebody else is asked")

    def stay_locked(self, other):
        self.somebody_else(other)
        self.picture("switch-asked", new=("push button", "^Stay locked$", MAIN))
        self.desk.press("push button", "^Stay locked$", MAIN)
        self.desk.find("push button", "^Unlock as A. Adams", MAIN)
        events = [entry["event"] for entry in self.audit()]
        self.expect("whoever does not take over ends nothing", False, "signed_out" in events)

    def switch(self, other):
        self.somebody_else(other)
        self.desk.press("push button", "^Sign out A. Adams and switch$", MAIN)
        with self.desk.somebody_at_the_mouse():
            self.the_next_person_works(other)
            self.sign_out_without_a_network()

    def the_next_person_works(self, other):
        self.desk.find("heading", "amendments? wait", MAIN)
        shown = self.desk.everything(MAIN)
        self.contains("the next person is signed in", other["name"], shown)
        self.expect("nothing of the person before is on the screen", False, "A. Adams" in shown)
        events = [entry["event"] for entry in self.audit()]
        self.expect("the log has the end before the beginning", ["signed_out", "switched_user"], [e for e in events if e in ("signed_out", "switched_user")])
        self.picture("switched")

    def sign_out_without_a_network(self):
        self.control("gateway", {"running": False})
        self.desk.press("push button", "^Sign out$", MAIN)
        self.desk.find("heading", "^Nobody is signed in$", MAIN)
        self.holds_no_record("after signing out")
        self.picture("signed-out-offline")
        self.control("gateway", {"running": True})

    def signed_in_elsewhere(self, account):
        self.desk.press("push button", "^Sign in$", MAIN)
        self.come_in(account)
        self.control("elsewhere", {"subject": account["subject"], "device": "Ward 3, workstation 2"})
        self.desk.find("heading", "^You signed in on another device$", MAIN)
        self.holds_no_record("after the session was ended elsewhere")
        self.contains("it says where", "Ward 3, workstation 2", self.desk.everything(MAIN))
        self.picture("elsewhere")

    def control(self, path, body):
        control = self.facts["control"]
        request = urllib.request.Request(
            control["url"] + path, method="PUT", data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {control['token']}", "Content-Type": "application/json"})
        urllib.request.urlopen(request).close()

    def quit(self):
        self.demo.terminate()
        self.expect("the demo ends in good order", 0, self.demo.wait(timeout=30))
