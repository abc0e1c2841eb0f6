"""Writes random `alembic.ini` and `pyproject.toml` files, and says what the real Alembic makes of each pair.

    configure.py FOLDER FIRST_SEED COUNT
"""

import json
import os
import random
import sys
import warnings
from pathlib import Path

from alembic.config import Config

warnings.simplefilter("ignore")


class Files:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, share):
        return self.random.random() < share

    def pick(self, *of):
        return self.random.choice(of)

    def path(self, double=True):
        return self.pick("db", "%(here)s/db", "a/b", "%(here)s", "./c", "50%% off" if double else "plain", "d e")

    def locations(self, separator):
        sign = {":": ":", "os": ":", ";": ";", "space": " ", "newline": "\n    "}.get(separator)
        if sign is None:
            sign = self.pick(" ", ", ", ",", "  ")
        count = self.pick(1, 1, 2, 3)
        words = [self.pick("db/versions", "%(here)s/more", "x", "y/z") for _ in range(count)]
        start = "\n    " if separator == "newline" and self.chance(0.5) else ""
        return start + sign.join(words) + self.pick("", "", "", sign.strip(" ,") if separator else "")

    def ini(self, section):
        separator = self.pick(None, None, ":", "os", ";", "space", "newline")
        if self.chance(0.03):
            separator = self.pick("comma", "", "Os")
        options = [("script_location", self.path())] if self.chance(0.7) else []
        if separator is not None:
            options.append((self.pick("path_separator", "version_path_separator"), separator))
        if self.chance(0.4):
            options.append(("version_locations", self.locations(separator)))
        if self.chance(0.1):
            options.append(("version_locations", ""))
        for name in ("recursive_version_locations", "sourceless"):
            if self.chance(0.4):
                options.append((name, self.pick("true", "false", "True", "1", "yes", "")))
        if self.chance(0.4):
            options.append(("file_template", self.pick("%%(rev)s", "%%(year)d-%%(slug)s", "%(base)s_%%(rev)s", "x")))
        if self.chance(0.3):
            options.append(("truncate_slug_length", self.pick("10", " 7 ", "0", "40")))
        if self.chance(0.3):
            options.append(("timezone", self.pick("UTC", "Europe/Paris", "europe/paris", "utc")))
        if self.chance(0.5):
            options.append(("sqlalchemy.url", self.pick("sqlite:///a.db", "sqlite:///%(here)s/a.db", "postgresql://u:p%%40@h/d")))
        if self.chance(0.5):
            options.append(("base", self.pick("b", "%%", "%(here)s", "é")))
        if self.chance(0.04):
            options.append(("odd", self.pick("50%", "%(gone)s", "%(odd)s")))
            if self.chance(0.5):
                options.append(("file_template", "%(odd)s"))
        self.random.shuffle(options)
        names = set()
        lines = [self.pick("", "# a comment", "; [alembic]")]
        if self.chance(0.2):
            lines += ["[DEFAULT]", "base = d", self.pick("", "sourceless = true", "Here = /q")]
        if self.chance(0.2):
            lines += ["[loggers]", "keys = root", "", "script_location = wrong"]
        if section is not None and self.chance(0.5):
            lines += ["[alembic]", "script_location = of/another", "timezone = Asia/Tokyo", ""]
        name = section if section is not None and self.chance(0.9) else "alembic"
        lines.append(self.pick("[%s]", "[%s]", "[%s]", "[%s] # x", "[A%s]" if self.chance(0.2) else "[%s]") % name)
        indent = self.pick("", "", "", "  ")
        for name, value in options:
            if name in names and self.chance(0.9):
                continue
            names.add(name)
            if self.chance(0.1):
                name = name.upper()
            sign = self.pick(" = ", "=", ": ", ":", " =")
            lines.append(indent + name + sign + value.replace("\n", "\n" + indent))
            if self.chance(0.3):
                lines.append(self.pick("", "# comment = 1", "   ; comment", "   ", "\t# tab"))
            if self.chance(0.02):
                lines.append(self.pick("no value", "= x", "[alembic]", "   more of it", "[]"))
        if self.chance(0.5):
            lines += ["", "[post_write_hooks]", "hooks = black"]
        if self.chance(0.02):
            lines.insert(0, "stray = 1")
        return self.pick("\n", "\n", "\n", "\r\n").join(lines) + "\n"

    def toml(self):
        lines = ["[project]", 'name = "x"', "[tool.alembic]"]
        if self.chance(0.7):
            lines.append('script_location = "%s"' % self.path())
        if self.chance(0.4):
            lines.append("version_locations = %s" % self.pick("[]", '["a", "%(here)s/b"]', '["100%%"]', "['x',\n 'y']"))
        for name in ("recursive_version_locations", "sourceless"):
            if self.chance(0.4):
                lines.append("%s = %s" % (name, self.pick("true", "false", "true", "false", '"true"' if self.chance(0.2) else "true")))
        if self.chance(0.4):
            lines.append("file_template = %s" % self.pick('"%%(rev)s"', "'%%(year)d_%%(rev)s'", '"%(rev)s"' if self.chance(0.3) else '"x"'))
        if self.chance(0.3):
            lines.append("truncate_slug_length = %s" % self.pick("12", '"9"', "0"))
        if self.chance(0.3):
            lines.append("timezone = %s" % self.pick('"UTC"', '"%(here)s"', '"Asia/Tokyo"'))
        return "\n".join(lines) + "\n"


def alembic(place, ini, toml, section):
    os.chdir(place)
    config = Config(file_=ini, toml_file=toml, ini_section=section or "alembic")
    try:
        location = config.get_alembic_option("script_location")
        if location is None:
            return {"none": True}
        tsl = config.get_alembic_option("truncate_slug_length")
        locations = config.get_version_locations_list() or [os.path.join(location, "versions")]
        return {
            "script_location": os.path.abspath(location),
            "locations": [os.path.abspath(found) for found in locations],
            "recursive": config.get_alembic_boolean_option("recursive_version_locations"),
            "sourceless": config.get_alembic_boolean_option("sourceless"),
            "file_template": config.get_alembic_option("file_template"),
            "slug": (int(tsl) if tsl is not None else 0) or 40,
            "url": config.get_alembic_option("sqlalchemy.url"),
            "timezone": config.get_alembic_option("timezone"),
        }
    except BaseException as error:
        return {"error": "%s: %s" % (type(error).__name__, error)}


def main():
    folder, first, count = os.path.realpath(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for seed in range(first, first + count):
        files = Files(seed)
        place = os.path.join(folder, "c%d" % seed)
        os.makedirs(os.path.join(place, "sub"))
        which = files.pick("ini", "ini", "toml", "both", "both")
        ini = files.pick("alembic.ini", "alembic.ini", "sub/other.ini") if which != "toml" else "alembic.ini"
        section = "billing" if files.chance(0.2) else None
        if which != "toml":
            Path(place, ini).write_bytes(files.ini(section).encode())
        if which != "ini":
            Path(place, "pyproject.toml").write_text(files.toml())
        named = None if ini == "alembic.ini" else ini
        answer = alembic(place, ini, "pyproject.toml", section)
        print(json.dumps({"path": place, "named": named, "section": section, "alembic": answer}))


main()
