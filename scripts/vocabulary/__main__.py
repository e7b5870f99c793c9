"""``python -m scripts.vocabulary`` writes the pages, and removes those of classes that are no more."""

from __future__ import annotations

from scripts.vocabulary.pages import FOLDER, pages

if __name__ == "__main__":
    written = pages()
    FOLDER.mkdir(exist_ok=True)
    for path in set(FOLDER.glob("*.md")) - written.keys():
        path.unlink()
    for path, content in written.items():
        path.write_text(content, "utf-8")
