package io.ostinato.evaluation;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A TorchScript module on a device, refreshed by loading the whole module. */
final class LoadedTorchScript implements LoadedModel {
  private final Device device;
  private final NDManager manager;
  private @Nullable Model loaded;
  private @Nullable ParameterStore parameters;

  LoadedTorchScript(Device device) {
    this.device = device;
    this.manager = Engine.getInstance().newBaseManager(device);
  }

  @Override
  public void refresh(WeightSnapshot snapshot) {
    List<HostArray> arrays = snapshot.arrays();
    if (arrays.size() != 1 || !arrays.get(0).name().equals(TorchScriptSource.MODULE)) {
      throw new IllegalArgumentException(
          "a TorchScript model takes a snapshot of a whole module (TorchScriptSource.snapshotOf);"
              + " this one has %d arrays".formatted(arrays.size()));
    }
    unload();
    Model model = Model.newInstance(TorchScriptSource.MODULE, device);
    try {
      model.load(new ByteArrayInputStream(arrays.get(0).bytes()));
    } catch (IOException | MalformedModelException | RuntimeException e) {
      model.close();
      throw new IllegalArgumentException(
          "not a TorchScript module that can be loaded (%d bytes): %s"
              .formatted(arrays.get(0).sizeBytes(), e.getMessage()),
          e);
    }
    loaded = model;
    parameters = new ParameterStore(manager, false);
  }

  @Override
  public EvaluationModel model() {
    Model model = loaded;
    ParameterStore store = parameters;
    if (model == null || store == null) {
      throw new IllegalStateException("this TorchScript model has no module yet; refresh it first");
    }
    return inputs -> model.getBlock().forward(store, inputs, false);
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

  private void unload() {
    if (loaded != null) {
      loaded.close();
      loaded = null;
    }
  }
}
