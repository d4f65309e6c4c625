"""A client of paho-mqtt, whichever of its two shapes the machine has: PyPI's 2, or Debian's 1.6 with which ./board/run does."""

import paho.mqtt.client as paho


def new_client(name):
    shape = [paho.CallbackAPIVersion.VERSION2] if hasattr(paho, "CallbackAPIVersion") else []
    return paho.Client(*shape, client_id=name, clean_session=True)
