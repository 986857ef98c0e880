package io.ostinato.jobs.data;

import ai.djl.ndarray.types.DataType;

/** The data types that numbers of a dataset can have as tensors. */
public enum NumberType {
  FLOAT32,
  FLOAT64,
  FLOAT16,
  BFLOAT16,
  INT8,
  UINT8,
  INT32,
  INT64,
  BOOLEAN;

  public DataType dataType() {
    return DataType.valueOf(name());
  }
}
