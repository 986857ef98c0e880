package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.HostArray;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ReasonTest {
  private static final LocalEvaluationEngine ENGINE = new LocalEvaluationEngine();

  private static final String NO_GPU =
      "; the module asks for a GPU, and PyTorch has none here: let its code take the device of its"
          + " inputs (x.device), and save it from the CPU (module.cpu())";

  @AfterAll
  static void close() {
    ENGINE.close();
  }

  /** Batches of two rows, of which the last has one; each has four features. */
  @Test
  void whatPyTorchSaysOfAModuleThatFailsIsOneLineWithTheRemedy() {
    Map<String, String> reasons = new LinkedHashMap<>();
    reasons.put("raises", "rows 0 to 1: ValueError: want 5 features, got 4");
    reasons.put("asserts", "rows 0 to 1: AssertionError: want 5 features, got 4");
    reasons.put("several-lines", "rows 0 to 1: RuntimeError: want 5 features got 4");
    reasons.put(
        "batch-statistics",
        "rows 2 to 2: ValueError: Expected more than 1 value per channel when training, got input"
            + " size [1, 4]; the module takes the statistics of a batch, of which one row has none:"
            + " another batch size leaves no last batch of one row");
    reasons.put(
        "operator",
        "bytes): Unknown builtin op: absent::nms; it is of a newer PyTorch, or of a library that"
            + " isn't loaded here: export the module without it, or name the library's file in the"
            + " variable PYTORCH_EXTRA_LIBRARY_PATH, on the driver and on executors"
            + " (spark.executorEnv.PYTORCH_EXTRA_LIBRARY_PATH)");
    reasons.put("on-gpu", NO_GPU);
    reasons.put("to-gpu", NO_GPU);
    reasons.put("float64", "; give the inputs the data type that the model takes");
    reasons.put(
        "wrong-shape",
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x4 and 5x2); have the inputs the"
            + " shape that the model takes?");
    reasons.put("two-inputs", "; it takes (Tensor x, Tensor mask): give a column for each");
    reasons.put(
        "list-of-tensors", "; wrap the module in one that takes tensors, one for each column");
    reasons.put(
        "embedding",
        "index out of range in self; a number in the inputs is no row of the module's embedding");
    reasons.put(
        "memory", ": no memory for 4503599627370496 bytes; a smaller batch size needs less");
    reasons.put(
        "no-forward", ": the module has no method 'forward'; give it one before it is scripted");
    SoftAssertions all = new SoftAssertions();
    reasons.forEach(
        (module, reason) ->
            all.assertThat(failure(module))
                .as(module)
                .message()
                .hasLineCount(1)
                .endsWith(reason)
                .doesNotContain("Traceback", "ai.djl", "java.lang"));
    all.assertAll();
  }

  @Test
  void theWholeTextStaysWithTheException() {
    assertThat(failure("raises"))
        .cause()
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("Traceback of TorchScript");
  }

  @Test
  void weightsThatWereSavedOnAGpuAreReadOnAnyDevice() {
    assertThat(failure("weights-on-gpu")).isNull();
  }

  private static Throwable failure(String name) {
    return catchThrowable(
        () ->
            ENGINE
                .evaluate(
                    new EvaluationRequest(
                        new EvaluationTag("net", new TrainingIteration(1, 2, 3), "rows"),
                        InMemoryData.of(
                            HostArray.of("x", DataType.FLOAT32, new Shape(3, 4), new byte[48])),
                        2,
                        ModelSource.torchScript(),
                        TorchScriptSource.snapshotOf(module(name)),
                        (batch, model) -> model.forward(batch.arrays()),
                        List.of()),
                    ProgressDisplay.silent())
                .close());
  }

  private static byte[] module(String name) throws IOException {
    try (InputStream in =
        ReasonTest.class.getResourceAsStream("/torchscript/failing/" + name + ".pt")) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  /** What these libraries say where it can't be had from a module on this machine. */
  @Test
  void textsThatAreKnownAreOneLineWithTheRemedy() {
    Map<String, String> reasons = new LinkedHashMap<>();
    reasons.put(
        "The following operation failed in the TorchScript interpreter.\n"
            + "Traceback of TorchScript, serialized code (most recent call last):\n"
            + "  File \"code/__torch__/f.py\", line 5, in f\n"
            + "def f(x: Tensor) -> Tensor:\n"
            + "  ops.prim.RaiseException(\"\", \"__torch__.errors.Odd\")\n"
            + "  ~~~~~~~~~~~~~~~~~~~~~~~ <--- HERE\n"
            + "def g(x: Tensor) -> Tensor:\n"
            + "  return x\n"
            + "\n"
            + "Traceback of TorchScript, original code (most recent call last):\n"
            + "  File \"net.py\", line 5, in f\n"
            + "def f(x):\n"
            + "    raise Odd('a: b')\n"
            + "    ~~~~~~~~~~~~~~~~ <--- HERE\n"
            + "__torch__.errors.Odd: a: b\n",
        "Odd: a: b");
    reasons.put(
        "Could not run 'aten::empty.memory_format' with arguments from the 'CUDA' backend. This"
            + " could be because the operator doesn't exist for this backend.\nCPU: registered at",
        "Could not run 'aten::empty.memory_format' with arguments from the 'CUDA' backend"
            + NO_GPU);
    reasons.put(
        "Could not run 'quantized::linear' with arguments from the 'CPU' backend. This could be",
        "Could not run 'quantized::linear' with arguments from the 'CPU' backend; export the module"
            + " for the device on which it runs");
    reasons.put(
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and"
            + " cpu! (when checking argument for argument mat1 in method wrapper_addmm)",
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and"
            + " cpu; the module names a device in its code: let it take that of its inputs"
            + " (x.device)");
    reasons.put(
        "Attempted to read a PyTorch file with version 11, but the maximum supported version for"
            + " reading is 10. Your PyTorch installation may be too old.",
        "the file has version 11 of PyTorch's format, and at most 10 can be read here; save it with"
            + " an older PyTorch");
    reasons.put(
        "CUDA out of memory. Tried to allocate 20.50 MiB. GPU 0 has a total capacity of 79.11 GiB",
        "CUDA out of memory. Tried to allocate 20.50 MiB; a smaller batch size needs less");
    reasons.put(
        "CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be"
            + " asynchronously reported at some other API call",
        "CUDA error: an illegal memory access was encountered");
    reasons.put(
        "shape '[2, 3]' is invalid for input of size 5\nException raised from infer_size at"
            + " ../aten/src/ATen/InferSize.h:39 (most recent call first):\nframe #0: c10::Error",
        "shape '[2, 3]' is invalid for input of size 5; have the inputs the shape that the model"
            + " takes?");
    SoftAssertions all = new SoftAssertions();
    reasons.forEach(
        (text, line) -> all.assertThat(Reason.of(new EngineException(text))).isEqualTo(line));
    all.assertAll();
  }

  @Test
  void whatIsBelowIsToldWhereItIsTheReason() {
    assertThat(Reason.of(new EngineException("Failed to save index", new IOException("offline"))))
        .isEqualTo("Failed to save index: IOException: offline");
    assertThat(Reason.of(new EngineException("java.io.IOException: a", new IOException("a"))))
        .isEqualTo("IOException: a");
    assertThat(Reason.of(new EngineException("b", new EngineException("a")))).isEqualTo("a");
    assertThat(Reason.of(new EngineException("", null))).isEqualTo("EngineException");
  }

  @Test
  void longTextsEndWithASentence() {
    String sentence = "This is said at some length. ";
    assertThat(Reason.of(new EngineException(sentence.repeat(60))))
        .hasSizeLessThanOrEqualTo(400)
        .endsWith("at some length.");
    assertThat(Reason.of(new EngineException("a".repeat(500)))).hasSize(401).endsWith("a…");
  }

  @Test
  void whatUsersThrowStaysAsItIs() {
    assertThat(Reason.of(new IllegalStateException("Class is not registered: a.B\nreally")))
        .isEqualTo("java.lang.IllegalStateException: Class is not registered: a.B\nreally");
  }
}
