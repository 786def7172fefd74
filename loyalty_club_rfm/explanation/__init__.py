"""Why a customer has the scores that they have, in words that anybody can check."""

from .explanation import Explanation
