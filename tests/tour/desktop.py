"""The application's windows, through the accessibility tree: what a screen reader finds, and what a keyboard can do."""

import re
import subprocess
import time

import pyatspi
from gi.repository import GLib

APPLICATION = "countersign"


class NotFound(Exception):
    """Something that should be on the screen did not come."""


class Desktop:
    def __init__(self, patience=30.0):
        self.patience = patience

    def windows(self):
        """The titles of the application's windows."""
        return [window.name for window in self._frames()]

    def wait_for_window(self, title, gone=False):
        pattern = re.compile(title)
        present = lambda: any(pattern.search(name) for name in self.windows())
        self.until(lambda: present() != gone, f"window {title!r} to {'go' if gone else 'come'}")

    def find(self, role, name, window="", within=None):
        """The element with this role whose name (or text) matches, waited for."""
        pattern = re.compile(name)
        found = []

        def look():
            roots = [within] if within else [f for f in self._frames() if re.search(window, f.name)]
            for root in roots:
                element = search(root, role, pattern)
                if element:
                    found.append(element)
                    return True
            return False

        self.until(look, f"{role} {name!r}")
        return found[-1]

    def has(self, role, name, window=""):
        pattern = re.compile(name)
        return any(search(f, role, pattern) for f in self._frames() if re.search(window, f.name))

    def press(self, role, name, window="", within=None):
        """Presses it as soon as it can be pressed: a disabled one would swallow the press without a word."""
        self.until(
            lambda: self.find(role, name, window, within).getState().contains(pyatspi.STATE_SENSITIVE),
            f"{role} {name!r} to be enabled")
        try:
            self.find(role, name, window, within).queryAction().doAction(0)
        except GLib.GError as error:
            # A press after which the pages begin anew takes with it whoever would answer.
            if "disconnected" not in str(error):
                raise

    def type(self, role, name, text, window=""):
        """Puts the keyboard's focus there, and types."""
        element = self.find(role, name, window)
        for _ in range(20):
            element.queryComponent().grabFocus()
            time.sleep(0.15)
            if element.getState().contains(pyatspi.STATE_FOCUSED):
                break
        keys("type", "--delay", "12", text)
        time.sleep(0.2)

    def key(self, name):
        keys("key", name)

    def text(self, role, name, window=""):
        return text_of(self.find(role, name, window))

    def everything(self, window=""):
        """All text of a window, in reading order."""
        frames = [f for f in self._frames() if re.search(window, f.name)]
        return "\n".join(line for f in frames for line in lines(f))

    def _frames(self):
        frames = []
        for application in pyatspi.Registry.getDesktop(0):
            try:
                if application and application.name == APPLICATION:
                    frames += [child for child in application if child]
            except Exception:  # the application is closing under our hands
                continue
        return frames

    def until(self, holds, what):
        end = time.monotonic() + self.patience
        while True:
            try:
                if holds():
                    return
            except Exception:  # elements vanish while they are read; the next look sees the new ones
                pass
            if time.monotonic() > end:
                raise NotFound(f"waited in vain for {what}; on the screen:\n{self.everything()[:3000]}")
            time.sleep(0.15)


def keys(*arguments):
    subprocess.run(["xdotool", *arguments], check=True)


def search(element, role, pattern):
    try:
        if element.getRoleName() == role and (pattern.search(element.name or "") or pattern.search(text_of(element))):
            return element
        children = [element.getChildAtIndex(i) for i in range(element.childCount)]
    except Exception:
        return None
    for child in children:
        found = child and search(child, role, pattern)
        if found:
            return found
    return None


def text_of(element):
    try:
        return element.queryText().getText(0, -1)
    except NotImplementedError:
        return ""


def lines(element):
    try:
        yield from ([element.name] if element.name else [])
        text = text_of(element).replace("\ufffc", "").strip()
        if text:
            yield text
        children = [element.getChildAtIndex(i) for i in range(element.childCount)]
    except Exception:
        return
    for child in children:
        if child:
            yield from lines(child)
