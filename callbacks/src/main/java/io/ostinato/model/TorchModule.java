package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.torchscript.ModuleInput;
import io.ostinato.weights.Sha256;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A loaded TorchScript module. It is run without DJL's block, which interprets the names of inputs,
 * returns a dict in the order of hashes, and rejects {@code None} among the outputs.
 */
final class TorchModule implements EvaluationModel {
  private static final String FORWARD = "forward";
  private static final String OPTIMIZER = "ai.djl.pytorch.graph_optimizer";

  private final PtSymbolBlock module;
  private final ModuleFacts facts;
  private final Consumer<String> notes;

  private TorchModule(PtSymbolBlock module, ModuleFacts facts, Consumer<String> notes) {
    this.module = module;
    this.facts = facts;
    this.notes = notes;
  }

  /** Sets a module to evaluation mode and wraps it. */
  static TorchModule of(PtSymbolBlock module, ModuleFacts facts, Consumer<String> notes) {
    JniUtils.enableInferenceMode(module);
    return new TorchModule(module, facts, notes);
  }

  /** A hash of the module's entire state: parameters, buffers and attributes. */
  static String hash(PtSymbolBlock module) {
    MessageDigest digest = Sha256.start();
    JniUtils.writeModule(
        module, new DigestOutputStream(OutputStream.nullOutputStream(), digest), false);
    return Sha256.hex(digest);
  }

  @Override
  public NDList forward(NDList inputs) {
    return outputs(inputs).toList();
  }

  @Override
  public ModelOutputs outputs(NDList inputs) {
    refuseHooks();
    return run(FORWARD, inputs);
  }

  @Override
  public ModelOutputs outputs(Map<String, NDArray> inputs) {
    refuseHooks();
    NDList arrays = new NDList(inputs.values());
    return run(FORWARD, arrays, TorchInputs.ofNames(parameters(FORWARD), inputs));
  }

  private void refuseHooks() {
    if (!facts.hooks().isEmpty()) {
      // They are not methods of the module, and only a call in TorchScript or Python runs them.
      throw new IllegalArgumentException(
          "the module has hooks (%s), without which its results would differ, and PyTorch runs"
                  .formatted(String.join(", ", facts.hooks()))
              + " them only if Python or another module calls it; script a module whose forward"
              + " is 'return self.module(x)'");
    }
  }

  @Override
  public ModelOutputs call(String method, NDList inputs) {
    List<String> methods = List.of(JniUtils.getMethodNames(module));
    if (!methods.contains(method)) {
      throw new IllegalArgumentException(
          "the module has no method '%s'; it has: %s"
              .formatted(method, String.join(", ", methods)));
    }
    return run(method, inputs);
  }

  private ModelOutputs run(String method, NDList inputs) {
    return run(method, inputs, TorchInputs.ofList(parameters(method), inputs));
  }

  private List<ModuleInput> parameters(String method) {
    return facts.inputs().getOrDefault(method, List.of());
  }

  private ModelOutputs run(String method, NDList inputs, List<TorchInputs.Argument> arguments) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' requires at least one array, whose scope the outputs join".formatted(method));
    }
    if (System.getProperty(OPTIMIZER) != null) {
      JniUtils.setGraphExecutorOptimize(Boolean.getBoolean(OPTIMIZER)); // for this thread
    }
    List<IValue> values = new ArrayList<>();
    try {
      for (TorchInputs.Argument argument : arguments) {
        values.add(argument.toValue(this::valueOf));
      }
      try (IValue result = IValueUtils.runMethod(module, method, values.toArray(IValue[]::new))) {
        return new TorchOutputs((PtNDManager) inputs.head().getManager(), facts.namedTuples())
            .of(result, notes);
      }
    } finally {
      values.forEach(IValue::close);
    }
  }

  private IValue valueOf(NDArray input) {
    return facts.changesInputs() ? copyOf(input) : IValue.from((PtNDArray) input);
  }

  /** Copies an input, so that the column stays unchanged if the model works in place. */
  private static IValue copyOf(NDArray input) {
    try (NDArray copy = input.duplicate()) {
      return IValue.from((PtNDArray) copy);
    }
  }
}
