package io.ostinato.spark.resident;

import io.ostinato.model.ModelSource;
import java.io.Serializable;

/**
 * An architecture with a globally unique id, by which executors recognise a model, since a
 * deserialized source is never the same object. Only ids are compared.
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
