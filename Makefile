# Two commands do all: make run, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
# What builds and runs containers: docker or podman.
ENGINE ?= docker
IMAGE ?= mnist-lab
KIND ?= cpu
# Test files go through so many processes side by side; each may need two gigabytes.
JOBS ?= 2
TEST = $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder --durations=25 --cov
ON_JAX = tests/core/training/test_ways.py tests/core/training/test_fine_tuning.py tests/core/test_journey.py
LOCALE := mnist_core/text/locale
BABEL := $(BIN)/python -m babel.messages.frontend -q
# Streamlit wants a home folder; a user that is only a number has none.
export HOME ?= $(or $(MNIST_LAB_HOME),$(CURDIR))
# Hundreds of processes are started by the tests, and each would compile the same files again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run tensorboard test check format words language pretrained clean gpu-check image up space

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

install: $(VENV)/.installed  ## make the virtual environment and install what the dashboard needs

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python 3.11 or newer with venv is needed (Debian: apt-get install python3-venv)."; exit 1; }

$(VENV)/.installed: requirements.txt requirements-base.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements-jax.txt requirements-server.txt requirements-ray.txt \
		requirements-studies.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

run: $(VENV)/.installed  ## start the dashboard and print its address
	$(BIN)/streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT)

tensorboard: $(VENV)/.installed  ## open TensorBoard with all runs and print its address
	$(BIN)/python -m mnist_core tensorboard

test: $(VENV)/.installed-dev  ## run all tests: unit, pages, real processes, browser
	@# What trains, with the other backend: a process has one for life.
	MNIST_LAB_BACKEND=jax $(TEST) -n $(JOBS) --cov-report= -m slow $(ON_JAX)
	$(TEST) -n $(JOBS) --cov-append --cov-report= tests --ignore=tests/faults --ignore=tests/e2e
	@# By themselves, since a browser's tests leave an event loop running in their process; one more at a time, since
	@# they mostly wait for other processes.
	$(TEST) -n $$(( $(JOBS) + 1 )) --cov-append --cov-report=term --cov-fail-under=90 tests/faults tests/e2e

image:  ## build the container's image; make image KIND=gpu: the one with CUDA
	$(ENGINE) build -f deploy/Dockerfile -t $(IMAGE) \
		--build-arg REQUIREMENTS="requirements-$(KIND).txt requirements-server.txt" .

up: deploy/.env  ## start a shared lab: proxy, two replicas, PostgreSQL, object storage
	$(ENGINE) compose -f deploy/compose.yaml up --build --detach --wait

deploy/.env: | deploy/.env.example  # passwords are made up once
	umask 077; awk '/=secret$$/ { new = "od -An -N32 -tx1 /dev/urandom | tr -d \" \\n\""; new | getline made; close(new); \
		sub(/secret$$/, made) } 1' $| > $@

space:  ## write the folder of a Hugging Face Space, build/space
	rm -rf build/space && mkdir -p build/space
	git archive HEAD $$(sed -n 's/^!//p' .dockerignore) .dockerignore | tar -x -C build/space
	cat deploy/Dockerfile deploy/space/settings.Dockerfile > build/space/Dockerfile
	cp deploy/space/README.md build/space/

gpu-check: $(VENV)/.installed  ## train on the graphics card, measure it and say what went wrong (five minutes)
	$(BIN)/python -m benchmarks.gpu_check

check: $(VENV)/.installed-dev  ## lint and type-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev  ## format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

words: $(VENV)/.installed  ## write all visible sentences into messages.pot, and what is new into the catalogues
	$(BABEL) extract -F pyproject.toml --omit-header --ignore-dirs ".*" --sort-by-file --add-location=file -w 120 -o $(LOCALE)/messages.pot .
	$(if $(wildcard $(LOCALE)/*/),$(BABEL) update -i $(LOCALE)/messages.pot -d $(LOCALE) -D mnist_lab -w 120 \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date)

language: $(VENV)/.installed  ## begin the catalogue of a language: make language CODE=ko
	$(BABEL) init -i $(LOCALE)/messages.pot -d $(LOCALE) -D mnist_lab -w 120 -l $(CODE)

pretrained: $(VENV)/.installed  ## train and pack the networks that come with the program (needs the data; about half an hour)
	$(BIN)/python -m mnist_core.sharing.shipped train

clean:  ## remove the virtual environment and caches; runs and data are kept
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .coverage*
