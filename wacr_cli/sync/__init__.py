"""Keep an archive equal to the API's list of messages, in as few calls as prove it.

:mod:`~wacr_cli.sync.sync` runs the steps, in this order. Each module says what its step guarantees and what it costs.

1. :mod:`~wacr_cli.sync.copy` reads the whole list of each direction, once and for ``--full``.
2. :mod:`~wacr_cli.sync.catch_up` reads the messages that came in since.
3. :mod:`~wacr_cli.sync.changes` reads the messages that changed since.
4. :mod:`~wacr_cli.sync.undirected` reads the messages that are neither inbound nor outbound.
5. :mod:`~wacr_cli.sync.contacts` reads the contacts.
6. :mod:`~wacr_cli.sync.details` reads what lists lack, where it is wanted.

Every message is read under the filter on its direction, because no row says it. Each response is stored in one
transaction with the state that the next run goes on from, so that a run may end at any point.
:mod:`~wacr_cli.sync.account_check` keeps the messages of two accounts apart.
"""

from wacr_cli.sync.details import Details
from wacr_cli.sync.service import Endpoints, Report
from wacr_cli.sync.sync import Sync

__all__ = ["Details", "Endpoints", "Report", "Sync"]
