package io.ostinato.evaluation;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.weights.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A model of one file on a device, refreshed by loading the whole file. */
final class LoadedModule implements LoadedModel {
  private final ModuleFormat format;
  private final Device device;
  private final NDManager manager;
  private @Nullable Loaded loaded;

  private record Loaded(Model model, EvaluationModel face) {}

  LoadedModule(ModuleFormat format, Device device) {
    this.format = format;
    this.device = device;
    this.manager = Engine.getInstance().newBaseManager(device);
  }

  @Override
  public void refresh(WeightSource weights) {
    unload();
    ModuleStream content = new ModuleStream(format, weights);
    Model model = format.newModel(device);
    try {
      load(model, content);
      content.failure().ifPresent(LoadedModule::rethrow);
    } catch (IOException | MalformedModelException | RuntimeException e) {
      model.close();
      content.failure().ifPresent(LoadedModule::rethrow);
      throw new IllegalArgumentException(
          "not %s that can be loaded (%s bytes): %s"
              .formatted(format.content(), content.bytesRead(), Reason.of(e)),
          e);
    }
    loaded = new Loaded(model, format.face(model, manager));
  }

  @Override
  public EvaluationModel model() {
    Loaded now = loaded;
    if (now == null) {
      throw new IllegalStateException(
          "no weights yet for %s; refresh it first".formatted(format.content()));
    }
    return now.face();
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public NDManager manager() {
    return manager;
  }

  @Override
  public void close() {
    unload();
    manager.close();
  }

  private void load(Model model, ModuleStream content) throws IOException, MalformedModelException {
    try {
      format.load(model, content);
    } finally {
      // The engine makes a folder for what it may have to unpack, and leaves it there.
      Path folder = model.getModelPath();
      if (folder != null) {
        Files.deleteIfExists(folder);
      }
    }
  }

  private static void rethrow(RuntimeException failure) {
    throw failure;
  }

  private void unload() {
    if (loaded != null) {
      loaded.model().close();
      loaded = null;
    }
  }
}
