"""Every error that the project raises on purpose.

```
KgError
├── InputError                 a file or folder that the user named
│   ├── PathMissing            it is not there
│   │   └── DocumentMissing    a folder lacks one of the official documents
│   ├── PathMismatched         a folder where a file is wanted, or the other way round
│   ├── OutputRefused          files that the system does not let us write
│   ├── DocumentUnknown        not one of the official documents (wrong file, other year)
│   ├── DocumentTruncated      an official document that ends early or was altered
│   ├── TurtleSyntaxError      Turtle that does not parse
│   ├── LiteralIllTyped        a literal whose text is no value of its datatype
│   ├── BlankNodeRefused       a blank node where files must stay comparable
│   ├── WordingDamaged         the attached wording is not as it was written
│   ├── FileMisplaced          a file that nothing reads where it lies
│   ├── UndefinedTerm          a class, property or thing of ours that nothing describes
│   ├── CurationError          a row of data/curation that cannot be used
│   ├── FileUnreadable         a file to be loaded that is no valid RDF
│   ├── TableError             a table of which nothing can be read
│   │   ├── TableUnreadable    it is no table of its kind
│   │   ├── TableRefused       it holds what no table needs: links to files, entities
│   │   ├── TableTooLarge      it is larger than the limits
│   │   ├── HeadersMissing     none of its rows is one of headers
│   │   └── EditionUnknown     it is to belong to an edition that there is not
│   └── ShapesInvalid          SHACL shapes that cannot be used
├── ExtractionError            the document does not read as expected
│   └── UnknownAbbreviation    a ministry bracket that the legend does not explain
├── Contradiction              the data contradict the ontology
├── RulesBroken                the data do not satisfy the shapes
├── CheckAborted               the check against the shapes broke off
├── CommentsLost               comments that the canonical form would drop
├── CatalogueError             a query of the catalogue
│   ├── QueryHeaderError       its file has a broken header
│   ├── UnknownQuery           there is no query of that name
│   ├── UnknownParameter       a query, or an address of the service, has no such parameter
│   └── ParameterInvalid       a parameter is missing, or no such value can be
├── SparqlError                a SPARQL text that a user wrote
│   ├── QuerySyntaxError       it does not parse
│   │   └── PrefixUndeclared   a prefix that no PREFIX line declares
│   ├── QueryFailed            it parses and cannot be evaluated
│   ├── DatasetConflict        an update and its request both choose the graphs to read
│   └── QueryRefused           it asks for SERVICE, LOAD, FROM of a file, or an update
│       ├── QueryTooLong       its text is larger than the limit
│       ├── QueryTooDeep       its brackets are nested deeper than the limit
│       └── QueryTooComplex    it has more patterns, groups or operators than the limit
├── StoreError                 the store cannot answer
│   ├── UnknownGraph           a query names a graph of ours that there is not
│   │   └── UnknownDatasetGraph  its request names one
│   ├── QueryTimeout           the wall time is over
│   ├── ResultTooLarge         the answer is larger than the limit
│   ├── ReaderLost             the reading process died
│   ├── ReaderNotStarted       a reading process did not come up
│   ├── ReaderOutdated         a reader that cannot follow a load by itself
│   ├── StoreBusy              too many queries are waiting
│   ├── FormatUnavailable      the result does not exist in the wanted formats
│   ├── RemoteFailed           the engine elsewhere answers with an error, or unreadably
│   ├── RemoteTimeout          the engine elsewhere does not answer in time
│   ├── RemoteUnavailable      the engine elsewhere failed often and is left alone for a while
│   ├── RemoteOutdated         the engine elsewhere holds another graph
│   ├── SnapshotInvalid        a snapshot does not fit the files that it was built from
│   └── FolderUnwritable       the folder for the built graph cannot be written to
├── WritingError               a write that did not happen
│   ├── WritingOff             no token exists
│   ├── RemoteReadOnly         the graph lies in an engine elsewhere
│   ├── GraphReadOnly          the graph changes through the project's files only
│   ├── GraphNotAllowed        the token may write other graphs
│   ├── GraphTooLarge          its content before and after cannot be compared
│   ├── GraphNotNamed          the default graph is a union, so a write must name a graph
│   ├── GraphMissing           there is no such graph
│   ├── UpdateFailed           an update that parses and cannot be carried out
│   ├── UploadInvalid          a body that is no RDF of its media type
│   ├── UploadRefused          a body that asks for files, the network or too much work
│   ├── UploadTooLarge         a body larger than the limit
│   ├── EntryRejected          the gate on a graph found broken rules
│   ├── StorageFailed          the disk did not take it
│   ├── StorageUncertain       the disk did not let go of it either
│   ├── StorageDamaged         what was kept is not what was written
│   ├── StorageConflict        a graph of users has become one of the project's
│   └── StorageLocked          another process is the writer
├── EntryError                 an entry that cannot be checked
│   ├── EntryEmpty             it says nothing
│   ├── EntryBroken            it breaks rules, so that it is not written as Turtle
│   ├── EntryUncheckable       the check breaks off at it
│   ├── EntryTimeout           checking it takes too long
│   ├── EntryLost              the process that checked it died
│   ├── ReportTooLarge         there is too much to say about it
│   └── ShapesRefused          the shapes that came with it are not core SHACL, or none
│       └── PatternRefused     they hold a pattern that may take for ever
└── NotDescribed               an IRI of ours that the graph does not describe
```

Each class carries its facts as attributes and says in Japanese and English what was wrong, where,
what was expected and what to do. No HTTP status here: `api.statuses` is the only table.
"""

from kg.errors.base import (
    Both,
    KgError,
)
from kg.errors.entries import (
    EntryBroken,
    EntryEmpty,
    EntryError,
    EntryLost,
    EntryTimeout,
    EntryUncheckable,
    PatternRefused,
    ReportTooLarge,
    ShapesRefused,
)
from kg.errors.graph import (
    CheckAborted,
    CommentsLost,
    Contradiction,
    ExtractionError,
    NotDescribed,
    RulesBroken,
    UnknownAbbreviation,
)
from kg.errors.inputs import (
    BlankNodeRefused,
    CurationError,
    DocumentMissing,
    DocumentTruncated,
    DocumentUnknown,
    FileMisplaced,
    FileUnreadable,
    InputError,
    LiteralIllTyped,
    OutputRefused,
    PathMismatched,
    PathMissing,
    ShapesInvalid,
    TurtleSyntaxError,
    UndefinedTerm,
    WordingDamaged,
)
from kg.errors.questions import (
    CatalogueError,
    DatasetConflict,
    ParameterInvalid,
    PrefixUndeclared,
    QueryFailed,
    QueryHeaderError,
    QueryRefused,
    QuerySyntaxError,
    QueryTooComplex,
    QueryTooDeep,
    QueryTooLong,
    SparqlError,
    UnknownParameter,
    UnknownQuery,
)
from kg.errors.remote import (
    RemoteFailed,
    RemoteOutdated,
    RemoteReadOnly,
    RemoteTimeout,
    RemoteUnavailable,
)
from kg.errors.stores import (
    FolderUnwritable,
    FormatUnavailable,
    QueryTimeout,
    ReaderLost,
    ReaderNotStarted,
    ReaderOutdated,
    ResultTooLarge,
    SnapshotInvalid,
    StoreBusy,
    StoreError,
    UnknownDatasetGraph,
    UnknownGraph,
)
from kg.errors.system import reason
from kg.errors.tables import (
    EditionUnknown,
    HeadersMissing,
    TableError,
    TableRefused,
    TableTooLarge,
    TableUnreadable,
)
from kg.errors.writing import (
    EntryRejected,
    GraphMissing,
    GraphNotAllowed,
    GraphNotNamed,
    GraphReadOnly,
    GraphTooLarge,
    StorageConflict,
    StorageDamaged,
    StorageFailed,
    StorageLocked,
    StorageUncertain,
    UpdateFailed,
    UploadInvalid,
    UploadRefused,
    UploadTooLarge,
    WritingError,
    WritingOff,
)

__all__ = [
    "BlankNodeRefused",
    "Both",
    "CatalogueError",
    "CheckAborted",
    "CommentsLost",
    "Contradiction",
    "CurationError",
    "DatasetConflict",
    "DocumentMissing",
    "DocumentTruncated",
    "DocumentUnknown",
    "EditionUnknown",
    "EntryBroken",
    "EntryEmpty",
    "EntryError",
    "EntryLost",
    "EntryRejected",
    "EntryTimeout",
    "EntryUncheckable",
    "ExtractionError",
    "FileMisplaced",
    "FileUnreadable",
    "FolderUnwritable",
    "FormatUnavailable",
    "GraphMissing",
    "GraphNotAllowed",
    "GraphNotNamed",
    "GraphReadOnly",
    "GraphTooLarge",
    "HeadersMissing",
    "InputError",
    "KgError",
    "LiteralIllTyped",
    "NotDescribed",
    "OutputRefused",
    "ParameterInvalid",
    "PathMismatched",
    "PathMissing",
    "PatternRefused",
    "PrefixUndeclared",
    "QueryFailed",
    "QueryHeaderError",
    "QueryRefused",
    "QuerySyntaxError",
    "QueryTimeout",
    "QueryTooComplex",
    "QueryTooDeep",
    "QueryTooLong",
    "ReaderLost",
    "ReaderNotStarted",
    "ReaderOutdated",
    "RemoteFailed",
    "RemoteOutdated",
    "RemoteReadOnly",
    "RemoteTimeout",
    "RemoteUnavailable",
    "ReportTooLarge",
    "ResultTooLarge",
    "RulesBroken",
    "ShapesInvalid",
    "ShapesRefused",
    "SnapshotInvalid",
    "SparqlError",
    "StorageConflict",
    "StorageDamaged",
    "StorageFailed",
    "StorageLocked",
    "StorageUncertain",
    "StoreBusy",
    "StoreError",
    "TableError",
    "TableRefused",
    "TableTooLarge",
    "TableUnreadable",
    "TurtleSyntaxError",
    "UndefinedTerm",
    "UnknownAbbreviation",
    "UnknownDatasetGraph",
    "UnknownGraph",
    "UnknownParameter",
    "UnknownQuery",
    "UpdateFailed",
    "UploadInvalid",
    "UploadRefused",
    "UploadTooLarge",
    "WordingDamaged",
    "WritingError",
    "WritingOff",
    "reason",
]
