package io.ostinato.model;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.onnx.OnnxTensors;
import io.ostinato.onnx.ProtoFields;
import io.ostinato.torchscript.ModuleFacts;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** ONNX files, loaded by DJL's OnnxRuntime engine, which is referred to only by name. */
record OnnxFormat() implements ModuleFormat {
  private static final String ENGINE = "OnnxRuntime";

  /** DJL's system property for the number of threads of one computation; default: all cores. */
  private static final String THREADS = "ai.djl.onnxruntime.num_threads";

  /** What is missing on the class path and how to add it; empty if nothing is. */
  static Optional<String> missingEngine() {
    return Engine.hasEngine(ENGINE)
        ? Optional.empty()
        : Optional.of(
            "DJL's OnnxRuntime engine is not on the class path; add ai.djl.onnxruntime:"
                + "onnxruntime-engine:%s and its dependency com.microsoft.onnxruntime:onnxruntime,"
                    .formatted(Engine.getDjlVersion())
                + " or onnxruntime_gpu instead, with --packages (docs/cluster.md)");
  }

  @Override
  public String array() {
    return "model.onnx";
  }

  @Override
  public String content() {
    return "an ONNX model";
  }

  @Override
  public Model newModel(Device device) {
    try {
      return Model.newInstance(array(), device, ENGINE);
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "DJL's OnnxRuntime engine is on the class path but can't be loaded; check that"
              + " com.microsoft.onnxruntime:onnxruntime for this machine is on it too: "
              + e,
          e);
    }
  }

  @Override
  public void load(Model model, InputStream content) throws IOException, MalformedModelException {
    // Not an empty map: without any options the engine would ignore a GPU.
    Map<String, String> options = new HashMap<>(Map.of("interOpNumThreads", "1"));
    Integer threads = Integer.getInteger(THREADS);
    if (threads != null) {
      options.put("intraOpNumThreads", threads.toString());
    }
    model.load(content, options);
  }

  @Override
  public ModuleFacts facts(byte[] content) {
    return ModuleFacts.none();
  }

  @Override
  public List<ModulePiece> pieces(byte[] content) {
    try {
      return OnnxTensors.of(content).stream()
          .filter(tensor -> tensor.bytes() > 0)
          .map(tensor -> new ModulePiece(tensor.name(), tensor.from(), tensor.to()))
          .toList();
    } catch (ProtoFields.CutOffException e) {
      return List.of(); // a damaged file, which the engine refuses
    }
  }

  @Override
  public EvaluationModel face(
      Model model, ModuleFacts facts, NDManager manager, Consumer<String> notes) {
    return new OnnxModel(model, notes);
  }

  /** Never reports a change, since ONNX graphs have no variables. */
  @Override
  public Supplier<Optional<String>> inspect(Model model) {
    return Optional::empty;
  }
}
