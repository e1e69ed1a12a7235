"""A small window in the corner of the screen from which one file can be dragged: drag_source.py FILE

It says `ready` once it can be grabbed, and ends with the drag.
"""

import sys
from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402


def main(path: Path) -> None:
    # A window that no window manager places or covers.
    window = Gtk.Window(type=Gtk.WindowType.POPUP)
    window.set_default_size(60, 60)
    handle = Gtk.EventBox()
    handle.add(Gtk.Label(label="file"))
    handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
    handle.drag_source_add_uri_targets()
    handle.connect("drag-data-get", lambda _handle, _drag, data, _info, _time: data.set_uris([path.as_uri()]))
    handle.connect("drag-end", lambda _handle, _drag: Gtk.main_quit())
    window.add(handle)
    window.show_all()
    window.move(0, 0)
    GLib.idle_add(lambda: print("ready", flush=True))
    Gtk.main()


main(Path(sys.argv[1]).resolve(strict=True))
