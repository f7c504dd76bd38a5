"""What TensorBoard shows of a run: its log files, and opening them.

A run's logs are written by the process that trains it, with TensorBoard's own record format and messages, so no
backend is needed for it: TensorFlow is imported neither here nor by what is used here. The app process only packs what
is there.
"""
