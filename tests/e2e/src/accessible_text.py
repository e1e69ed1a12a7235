"""All that a screen reader finds in the application's windows: their titles, and every name and text below them.

Where it does not find the application, it says nothing and fails.
"""

import sys

import pyatspi

APPLICATION = "countersign"


def main() -> None:
    found = [application for application in pyatspi.Registry.getDesktop(0) if is_ours(application)]
    if not found:
        sys.exit(f"{APPLICATION} is not there")
    for application in found:
        tell(application)


def is_ours(application) -> bool:
    # Another program may end between the list and the question for its name.
    try:
        return application is not None and application.name == APPLICATION
    except Exception:
        return False


def tell(element) -> None:
    # The pages change while they are read: what went away has nothing to say any more.
    try:
        said = [element.name or "", element.description or "", text_of(element)]
        children = [element.getChildAtIndex(index) for index in range(element.childCount)]
    except Exception:
        return
    for one in said:
        if one.strip():
            print(one)
    for child in children:
        if child is not None:
            tell(child)


def text_of(element) -> str:
    try:
        return element.queryText().getText(0, -1).replace("\ufffc", "")
    except NotImplementedError:
        return ""


main()
