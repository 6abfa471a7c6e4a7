from flowc.runtime.blobs.blob import Blob as Blob
from flowc.runtime.context import Context as Context
from flowc.runtime.failure import Permanent as Permanent
from flowc.runtime.failure import RetryLater as RetryLater
from flowc.runtime.handlers import Handlers as Handlers
from flowc.runtime.secrets import Secret as Secret
from flowc.runtime.start import start as start
from flowc.runtime.start import start_async as start_async
from flowc.runtime.worker import Worker as Worker

__version__: str
