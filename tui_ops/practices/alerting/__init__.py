"""Alerting: what readings and states mean by the rules of the inventory. Everything here is pure."""
