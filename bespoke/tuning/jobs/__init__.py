"""Customisation jobs: plan, submit, status, deploy, invoke, evaluate, retire.

Everything that is asked of a vendor is written down first (tuning/state.json in the client's folder) and
looked for before it is asked again, so that nothing is made twice and nothing is paid for unseen.
"""
