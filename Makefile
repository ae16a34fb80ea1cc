# Each target sets up what it needs by itself; what is slow to make is kept in a cache outside this folder.
# Settings are environment variables: see `make help` and scripts/lib.sh.
.DEFAULT_GOAL := help
.PHONY: help setup demo stop run shell test lint i18n bench crash chaos storm pictures clean distclean

help: ## this list
	@echo "Targets:"
	@sed -n 's/^\([a-z0-9]*\):.*## /  \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14
	@echo "Settings (make TARGET NAME=value):"
	@sed -n 's/^# \([A-Z_]*=[^ ]*\)  *\(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 36

# ODOO_HOME=/path/to/odoo          an Odoo 19 of your own instead of the downloaded one
# ODOO_PYTHON=/path/to/python      the Python that runs it (default: a virtual environment of ours)
# TAGS=/sale_marketplace:TestName  test: only these (Odoo's --test-tags), without the other checks
# MONEY_MONTHS=3000                test: so many random months of money are read and planned (default: 1000)
# KEEP_DB=1                        test, bench, crash: keep the database
# BENCH_OPEN=20000                 bench: open orders among which the last rows are measured (default: 2000)
# BENCH_DAY=10000                  bench: postings of the first day (default: 1000)
# BENCH_RST=/path/to/file          bench: the table goes there, too
# CHAOS_POSTINGS=1000              chaos: size
# CHAOS_SEED=42                    chaos: other postings, other moments
# CRASH_SEED=42                    crash: other moments
# STORM_SHIPMENTS=1000             storm: size
# STORM_SEED=42                    storm: other shipments, another order
# DB=name                          run, shell: another database than the demo's
# SALE_MARKETPLACE_PORT=8069       demo, run: the port
# SALE_MARKETPLACE_CACHE=/folder   where the environment lives (default: the user's cache folder)

setup: ## download, unpack and start what the other targets need
	@bash scripts/setup.sh

demo: ## a demo company with the simulated marketplaces, served in the background
	@bash scripts/demo.sh

stop: ## stop the demo's servers
	@bash scripts/stop.sh

run: ## serve the demo's database in the foreground, with scheduled actions
	@bash scripts/run.sh

shell: ## a Python shell inside Odoo, on the demo's database
	@bash scripts/shell.sh

test: ## the tests, translations, install, upgrade, uninstall, and a short crash test
	@bash scripts/test.sh

lint: ## formatting, static checks, manifest, XML, scripts
	@bash scripts/lint.sh

i18n: ## refresh the translation files from the code
	@bash scripts/update_i18n.sh

bench: ## measure against the speed budget
	@bash scripts/bench.sh

crash: ## kill -9 a worker twenty times on the way from 300 postings to 300 labels
	@bash scripts/crash.sh

chaos: ## the bad day: 1,000 postings of all schemes, two workers, a kill -9, one call in ten failing
	@bash scripts/chaos.sh

storm: ## 2,000 calls of MegaMarket about 1,000 shipments: repeated, in disorder, some lost; two workers
	@bash scripts/storm.sh

pictures: ## the README's pictures, from the running demo
	@bash scripts/pictures.sh

clean: ## stop everything, drop the demo's and the tests' databases
	@bash scripts/clean.sh

distclean: ## the same, and remove the cache: the next target starts from nothing
	@bash scripts/clean.sh --all
