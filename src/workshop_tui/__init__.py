"""The control room for hands-on workshops on a Coder platform."""

__version__ = "0.1.0"
