package io.ostinato.evaluation;

import io.ostinato.libraries.NativeLibraries;
import io.ostinato.model.LoadedModel;
import io.ostinato.model.ModelSource;
import io.ostinato.weights.Manifest;
import org.jspecify.annotations.Nullable;

/** The model that a {@link LocalEvaluationEngine} keeps loaded. Not thread-safe. */
final class LocalModel implements AutoCloseable {
  private @Nullable ModelSource source;
  private @Nullable LoadedModel model;
  private @Nullable Manifest resident;

  /** The model of a request with its weights; loads what is missing. */
  LoadedModel of(EvaluationRequest request) {
    LoadedModel loaded = model;
    if (loaded == null || source != request.model()) {
      close();
      loaded = request.model().build(NativeLibraries.engine().defaultDevice());
      model = loaded;
      source = request.model();
    }
    Manifest wanted = request.weights().manifest();
    if (!wanted.equals(resident)) {
      resident = null;
      loaded.refresh(request.weights());
      resident = wanted;
    }
    return loaded;
  }

  @Override
  public void close() {
    if (model != null) {
      model.close();
    }
    model = null;
    source = null;
    resident = null;
  }
}
