"""The application's windows, through the accessibility tree: what a screen reader finds, and what a keyboard can do."""

import re
import subprocess
import threading
import time
from contextlib import contextmanager

import pyatspi
from gi.repository import GLib

APPLICATION = "countersign"
# What holds text, and lets it be read back.
TEXTS = ("entry", "password text")


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

    def place(self, role, name, window=""):
        """Where it is on the screen: left, top, width and height."""
        at = self.find(role, name, window).queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        return at.x, at.y, at.width, at.height

    def has(self, role, name, window=""):
        pattern = re.compile(name)
        return any(search(f, role, pattern) for f in self._frames() if re.search(window, f.name))

    def press(self, role, name, window="", within=None):
        """Presses it as soon as it can be pressed: a disabled one would swallow the press without a word."""
        self.until(
            lambda: self.find(role, name, window, within).getState().contains(pyatspi.STATE_SENSITIVE),
            f"{role} {name!r} to be enabled")
        self.act(self.find(role, name, window, within))

    def act(self, element):
        """Does what a press on it does."""
        try:
            element.queryAction().doAction(0)
        except GLib.GError as error:
            # A press after which the pages begin anew takes with it whoever would answer, and a busy machine answers late.
            # Whether it was pressed shows in what comes of it.
            if not any(silence in str(error) for silence in ("disconnected", "Did not receive a reply")):
                raise

    def type(self, role, name, text, window=""):
        """Puts the keyboard's focus there, types, and looks whether it stands there: keys go to whatever has the focus by then."""
        def typed():
            if window:
                keys("search", "--onlyvisible", "--name", window, "windowactivate", "--sync")
            element = self.find(role, name, window)
            element.queryComponent().grabFocus()
            self.until(lambda: element.getState().contains(pyatspi.STATE_FOCUSED), f"{role} {name!r} to have the focus")
            if role in TEXTS:
                keys("key", "ctrl+a")
            keys("type", "--delay", "12", text)
            if role in TEXTS:
                self.until(lambda: stands(text, text_of(self.find(role, name, window))), f"{text!r} in {name!r}", 5.0)
            return True

        self.until(typed, f"{role} {name!r} to take {text!r}")

    @contextmanager
    def somebody_at_the_mouse(self):
        """Pressing through the accessibility tree is no input: without a hand at the mouse, nobody would be there."""
        left = threading.Event()

        def move():
            while not left.wait(3):
                keys("mousemove", "1", "1")
                keys("mousemove", "2", "2")

        hand = threading.Thread(target=move)
        hand.start()
        try:
            yield
        finally:
            left.set()
            hand.join()

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

    def until(self, holds, what, patience=None):
        end = time.monotonic() + (patience or self.patience)
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


def stands(text, shown):
    """Whether this was typed there; of a password only its length is shown."""
    return shown == text or (len(shown) == len(text) and len(set(shown)) == 1)


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
