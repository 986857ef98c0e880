package io.ostinato.model;

import ai.djl.Device;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TorchScript module. Architecture and weights are one file here, so a snapshot is the whole
 * module and a refresh loads it anew: parameters alone would leave the buffers (BatchNorm's running
 * statistics) behind.
 */
public final class TorchScriptSource implements ModelSource {
  private static final Logger log = LoggerFactory.getLogger(TorchScriptSource.class);
  private static final long serialVersionUID = 1;

  TorchScriptSource() {}

  /** The snapshot that is this module: the content of a {@code .pt} file. */
  public static WeightSnapshot snapshotOf(byte[] module) {
    return new TorchScriptFormat().snapshotOf(module);
  }

  /**
   * The same where it is known what the code says, so that nobody follows it again.
   *
   * @param facts {@link ModuleFacts#of} this module
   */
  public static WeightSnapshot snapshotOf(byte[] module, ModuleFacts facts) {
    return new TorchScriptFormat().snapshotOf(module, facts);
  }

  /**
   * The snapshot that is the module in this file; warns of one that is in training mode for good.
   */
  public static WeightSnapshot snapshotOf(Path file) {
    byte[] module = new TorchScriptFormat().contentOf(file);
    ModuleFacts facts = ModuleFacts.of(module);
    facts.trainingMode().ifPresent(how -> log.warn("'{}' {}", file, how));
    return snapshotOf(module, facts);
  }

  @Override
  public LoadedModel build(Device device) {
    return new LoadedModule(new TorchScriptFormat(), device);
  }
}
