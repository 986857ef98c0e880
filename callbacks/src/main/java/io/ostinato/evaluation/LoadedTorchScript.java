package io.ostinato.evaluation;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import io.ostinato.weights.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A TorchScript module on a device, refreshed by loading the whole module. */
final class LoadedTorchScript implements LoadedModel {
  private final Device device;
  private final NDManager manager;
  private @Nullable Module module;

  LoadedTorchScript(Device device) {
    this.device = device;
    this.manager = Engine.getInstance().newBaseManager(device);
  }

  @Override
  public void refresh(WeightSource weights) {
    unload();
    ModuleStream content = new ModuleStream(weights);
    Model model = Model.newInstance(TorchScriptSource.MODULE, device);
    try {
      load(model, content);
      content.failure().ifPresent(LoadedTorchScript::rethrow);
    } catch (IOException | MalformedModelException | RuntimeException e) {
      model.close();
      content.failure().ifPresent(LoadedTorchScript::rethrow);
      throw new IllegalArgumentException(
          "not a TorchScript module that can be loaded (%s bytes): %s"
              .formatted(content.bytesRead(), e.getMessage()),
          e);
    }
    module = new Module(model, new ParameterStore(manager, false));
  }

  @Override
  public EvaluationModel model() {
    Module loaded = module;
    if (loaded == null) {
      throw new IllegalStateException("this TorchScript model has no module yet; refresh it first");
    }
    return loaded;
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

  private static void load(Model model, ModuleStream content)
      throws IOException, MalformedModelException {
    try {
      model.load(content);
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
    if (module != null) {
      module.model.close();
      module = null;
    }
  }

  /**
   * A module that was loaded. The engine switches it to evaluation mode in its first forward, and
   * marks it as switched before it is; until that forward is over nobody else may begin one.
   */
  private static final class Module implements EvaluationModel {
    private final Model model;
    private final ParameterStore parameters;
    private volatile boolean inEvaluationMode;

    Module(Model model, ParameterStore parameters) {
      this.model = model;
      this.parameters = parameters;
    }

    @Override
    public NDList forward(NDList inputs) {
      if (!inEvaluationMode) {
        synchronized (this) {
          if (!inEvaluationMode) {
            NDList outputs = run(inputs);
            inEvaluationMode = true;
            return outputs;
          }
        }
      }
      return run(inputs);
    }

    private NDList run(NDList inputs) {
      return model.getBlock().forward(parameters, inputs, false);
    }
  }
}
