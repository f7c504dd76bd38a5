"""How good and how dear the searches of studies are: ``python -m benchmarks.studies record | replay | overhead``.

``record`` trains all networks of a grid once (20 minutes of one core), ``replay`` searches among them as studies do,
``overhead`` measures what Optuna itself takes for a trial.
"""
