package io.ostinato.model;

import ai.djl.Device;
import io.ostinato.torchscript.DamagedModuleException;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TorchScript module. Architecture and weights are in one file, so a snapshot is the whole module
 * and a refresh reloads it: refreshing the parameters alone would omit the buffers (BatchNorm's
 * running statistics).
 */
public final class TorchScriptSource implements ModelSource {
  private static final Logger log = LoggerFactory.getLogger(TorchScriptSource.class);
  private static final long serialVersionUID = 1;

  TorchScriptSource() {}

  /**
   * Creates a snapshot from the content of a {@code .pt} file.
   *
   * @throws DamagedModuleException if the archive is damaged
   */
  public static WeightSnapshot snapshotOf(byte[] module) {
    return new TorchScriptFormat().snapshotOf(module);
  }

  /**
   * Creates a snapshot from the content of a {@code .pt} file whose facts are already known, so
   * that its code isn't analysed again.
   *
   * @param facts the result of {@link ModuleFacts#of} for this module
   */
  public static WeightSnapshot snapshotOf(byte[] module, ModuleFacts facts) {
    return new TorchScriptFormat().snapshotOf(module, facts);
  }

  /**
   * Creates a snapshot from a {@code .pt} file; logs a warning if the module always computes as in
   * training mode.
   *
   * @throws DamagedModuleException if the archive is damaged
   */
  public static WeightSnapshot snapshotOf(Path file) {
    byte[] module = new TorchScriptFormat().contentOf(file);
    ModuleFacts facts;
    try {
      facts = ModuleFacts.of(module);
    } catch (DamagedModuleException e) {
      throw e.in(file.toString());
    }
    facts.trainingMode().ifPresent(how -> log.warn("'{}' {}", file, how));
    return snapshotOf(module, facts);
  }

  @Override
  public boolean isRefreshedInPlace() {
    return false;
  }

  @Override
  public LoadedModel build(Device device) {
    return new LoadedModule(new TorchScriptFormat(), device);
  }
}
