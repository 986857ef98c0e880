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
import io.ostinato.weights.Sha256;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A TorchScript module that was loaded. It is run past DJL's block: that reads a meaning into the
 * names of inputs, gives a dict in the order of hashes, and refuses {@code None} among the outputs.
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

  /** A module in evaluation mode. */
  static TorchModule of(PtSymbolBlock module, ModuleFacts facts, Consumer<String> notes) {
    JniUtils.enableInferenceMode(module);
    return new TorchModule(module, facts, notes);
  }

  /** A hash of all that the module holds, whether parameter, buffer or attribute. */
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
    if (!facts.hooks().isEmpty()) {
      // They are no methods of the module, and only a call in TorchScript or Python runs them.
      throw new IllegalArgumentException(
          "the module has hooks (%s), without which it would give other numbers, and PyTorch runs"
                  .formatted(String.join(", ", facts.hooks()))
              + " them only where Python or another module calls it; script a module whose forward"
              + " is 'return self.module(x)'");
    }
    return run(FORWARD, inputs);
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
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' needs at least one array, whose scope the outputs join".formatted(method));
    }
    if (System.getProperty(OPTIMIZER) != null) {
      JniUtils.setGraphExecutorOptimize(Boolean.getBoolean(OPTIMIZER)); // of this thread
    }
    List<IValue> arguments = new ArrayList<>();
    try {
      for (NDArray input : inputs) {
        arguments.add(facts.changesInputs() ? copyOf(input) : IValue.from((PtNDArray) input));
      }
      try (IValue result =
          IValueUtils.runMethod(module, method, arguments.toArray(IValue[]::new))) {
        return new TorchOutputs((PtNDManager) inputs.head().getManager(), facts.namedTuples())
            .of(result, notes);
      }
    } finally {
      arguments.forEach(IValue::close);
    }
  }

  /** The column stays what it is, whoever looks at it after the model has worked in place. */
  private static IValue copyOf(NDArray input) {
    try (NDArray copy = input.duplicate()) {
      return IValue.from((PtNDArray) copy);
    }
  }
}
