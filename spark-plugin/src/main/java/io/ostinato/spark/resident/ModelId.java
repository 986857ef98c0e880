package io.ostinato.spark.resident;

import io.ostinato.model.ModelSource;
import java.io.Serializable;

/**
 * An architecture under an identity that is unique among all applications: what an executor
 * recognises a model by, since a source that travelled is never the same object.
 */
public record ModelId(String id, ModelSource source) implements Serializable {

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelId that && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }
}
