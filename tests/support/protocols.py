"""The door's three protocols behind one face: ``call(method, **arguments)``.

Each raises ``Refused`` (tests/support/door.py) with the code that the text begins
with, the exception's name, and a status: the HTTP status of JSON-2, the fault's code
of XML-RPC, the error's code of JSON-RPC.
"""

import json
import urllib.error
import urllib.request
import xmlrpc.client

from .door import Refused

MODEL = "loyalty.club"


class Json2:
    name = "JSON-2"

    def __init__(self, url, _database, _login, api_key):
        self._url = f"{url}/json/2/{MODEL}"
        self._headers = {
            "Authorization": f"bearer {api_key}",
            "Content-Type": "application/json",
        }

    def call(self, method, /, **arguments):
        request = urllib.request.Request(
            f"{self._url}/{method}", json.dumps(arguments).encode(), self._headers
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            answer = json.load(error)
            raise Refused(error.code, answer["name"], answer["message"]) from None


class XmlRpc:
    name = "XML-RPC"

    def __init__(self, url, database, login, api_key):
        common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common")
        uid = common.authenticate(database, login, api_key, {})
        self._caller = (database, uid, api_key, MODEL)
        self._object = xmlrpc.client.ServerProxy(
            f"{url}/xmlrpc/2/object", allow_none=True
        )

    def call(self, method, /, *positional, **arguments):
        try:
            return self._object.execute_kw(
                *self._caller, method, list(positional), arguments
            )
        except xmlrpc.client.Fault as fault:
            raise Refused(fault.faultCode, "Fault", fault.faultString) from None


class JsonRpc:
    name = "JSON-RPC"

    def __init__(self, url, database, login, api_key):
        self._url = f"{url}/jsonrpc"
        uid = self._post("common", "authenticate", [database, login, api_key, {}])
        self._caller = [database, uid, api_key, MODEL]

    def call(self, method, /, *positional, **arguments):
        return self._post(
            "object",
            "execute_kw",
            [*self._caller, method, list(positional), arguments],
        )

    def _post(self, service, method, args):
        body = {
            "jsonrpc": "2.0",
            "method": "call",
            "id": 1,
            "params": {"service": service, "method": method, "args": args},
        }
        request = urllib.request.Request(
            self._url,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            answer = json.load(response)
        if error := answer.get("error"):
            data = error["data"]
            raise Refused(error["code"], data["name"], data["message"])
        return answer["result"]


PROTOCOLS = (XmlRpc, JsonRpc, Json2)
