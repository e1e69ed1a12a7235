"""What another program gets when it asks for the clipboard, and for what was marked last: two lines of JSON."""

import json

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

for selection in (Gdk.SELECTION_CLIPBOARD, Gdk.SELECTION_PRIMARY):
    print(json.dumps(Gtk.Clipboard.get(selection).wait_for_text()))
