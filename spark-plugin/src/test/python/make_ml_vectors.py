"""Writes ml-vectors.parquet: a column of vectors and one of matrices, as Spark ML 3.5 writes them.

The metadata names the classes of Spark ML, which the tests lack. Needs pyarrow; run it in this folder.
"""

import json

import pyarrow as pa
import pyarrow.parquet as pq

ints, doubles = pa.list_(pa.field("element", pa.int32(), False)), pa.list_(pa.field("element", pa.float64(), False))
vector = pa.struct([pa.field("type", pa.int8(), False), ("size", pa.int32()), ("indices", ints), ("values", doubles)])
matrix = pa.struct(
    [
        pa.field("type", pa.int8(), False),
        pa.field("numRows", pa.int32(), False),
        pa.field("numCols", pa.int32(), False),
        ("colPtrs", ints),
        ("rowIndices", ints),
        ("values", doubles),
        pa.field("isTransposed", pa.bool_(), False),
    ]
)


def dense(*values):
    return {"type": 1, "size": None, "indices": None, "values": list(values)}


def sparse(size, **values):
    return {"type": 0, "size": size, "indices": [int(k[1:]) for k in values], "values": list(values.values())}


vectors = [dense(1, 2, 3, 4, 5, 6), sparse(6, _1=7.5, _4=-8), sparse(6), dense(0.1, 0, 0, 0, 0, -0.1)]
# The matrix ((1, 2, 3), (4, 5, 6)) by column and by row; ((0, 9, 0), (8, 0, 7)) by column and by row.
matrices = [
    dict(type=1, numRows=2, numCols=3, values=[1, 4, 2, 5, 3, 6], isTransposed=False),
    dict(type=1, numRows=2, numCols=3, values=[1, 2, 3, 4, 5, 6], isTransposed=True),
    dict(type=0, numRows=2, numCols=3, colPtrs=[0, 1, 2, 3], rowIndices=[1, 0, 1], values=[8, 9, 7], isTransposed=False),
    dict(type=0, numRows=2, numCols=3, colPtrs=[0, 1, 3], rowIndices=[1, 0, 2], values=[9, 8, 7], isTransposed=True),
]
matrices = [{"colPtrs": None, "rowIndices": None, **m} for m in matrices]


def sql(kind):
    return {
        vector: [("type", "byte", False), ("size", "integer", True), ("indices", "integer", True), ("values", "double", True)],
        matrix: [
            ("type", "byte", False),
            ("numRows", "integer", False),
            ("numCols", "integer", False),
            ("colPtrs", "integer", True),
            ("rowIndices", "integer", True),
            ("values", "double", True),
            ("isTransposed", "boolean", False),
        ],
    }[kind]


def field(name, kind, nullable):
    array = name in ("indices", "values", "colPtrs", "rowIndices")
    written = {"type": "array", "elementType": kind, "containsNull": False} if array else kind
    return {"name": name, "type": written, "nullable": nullable, "metadata": {}}


def udt(name, kind):
    return {
        "name": name,
        "type": {
            "type": "udt",
            "class": "org.apache.spark.ml.linalg.%sUDT" % name.capitalize(),
            "pyClass": "pyspark.ml.linalg.%sUDT" % name.capitalize(),
            "sqlType": {"type": "struct", "fields": [field(*f) for f in sql(kind)]},
        },
        "nullable": True,
        "metadata": {},
    }


schema = pa.schema([("vector", vector), ("matrix", matrix)]).with_metadata(
    {
        "org.apache.spark.version": "3.5.8",
        "org.apache.spark.sql.parquet.row.metadata": json.dumps(
            {"type": "struct", "fields": [udt("vector", vector), udt("matrix", matrix)]}
        ),
    }
)
table = pa.table([pa.array(vectors, vector), pa.array(matrices, matrix)], schema=schema)
pq.write_table(table, "../resources/ml-vectors.parquet", compression="none", store_schema=False)
