# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
"""Sphinx configuration: `make docs` builds HTML into build/docs."""

project = "ecc508a"
copyright = "2026, The ecc508a authors"
author = "The ecc508a authors"
extensions = []
exclude_patterns = ["netlink"]
html_theme = "alabaster"
html_static_path = []
nitpicky = True
