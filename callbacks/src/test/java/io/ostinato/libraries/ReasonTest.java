package io.ostinato.libraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.InMemoryData;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.model.ModelSource;
import io.ostinato.model.TorchScriptSource;
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
      "; the module requires a GPU, and PyTorch has none here: make its code use the device of its"
          + " inputs (x.device), and save it on the CPU (module.cpu())";

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
        "words-of-libtorch",
        "rows 0 to 1: ValueError: the two sequences should be the same length; mat1 and mat2 shapes"
            + " cannot be multiplied");
    reasons.put("no-words", "rows 0 to 1: ValueError");
    reasons.put("colon", "rows 0 to 1: ValueError: want 5 features");
    reasons.put(
        "images",
        "ValueError: expected 4D input (got 2D input); check that the inputs have the shape that"
            + " the model expects");
    reasons.put(
        "batch-statistics",
        "rows 2 to 2: ValueError: Expected more than 1 value per channel when training, got input"
            + " size [1, 4]; the module computes statistics over a batch, which a single row"
            + " doesn't have: choose a batch size that leaves no last batch of one row");
    reasons.put(
        "operator",
        "bytes): Unknown builtin op: absent::nms; it belongs to a newer PyTorch, or to a library"
            + " that isn't loaded here: export the module without it, or set the environment"
            + " variable PYTORCH_EXTRA_LIBRARY_PATH to the library's file, on the driver and on"
            + " executors"
            + " (spark.executorEnv.PYTORCH_EXTRA_LIBRARY_PATH)");
    reasons.put("on-gpu", NO_GPU);
    reasons.put("to-gpu", NO_GPU);
    reasons.put("float64", "; give the inputs the data type that the model expects");
    reasons.put(
        "wrong-shape",
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x4 and 5x2); check that the"
            + " inputs have the shape that the model expects");
    reasons.put("two-inputs", "; it takes (Tensor x, Tensor mask): pass a column for each");
    reasons.put(
        "list-of-lists", "; wrap the module in one that takes tensors, one for each column");
    reasons.put(
        "embedding",
        "index out of range in self; an index in the inputs is outside the module's embedding");
    reasons.put("memory", "or let fewer tasks and models share it");
    reasons.put(
        "no-forward", ": the module has no method 'forward'; add it before the module is scripted");
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
  void aRowThatNeedsMoreMemoryThanThereIsSaysHowMuch() {
    assertThat(failure("memory"))
        .hasMessageContaining("rows 0 to 0: out of memory allocating 4503599627370496 bytes; even")
        .hasMessageContaining(
            "one row (x: float32 (1, 4)) doesn't fit into the memory of cpu(), of")
        .hasMessageMatching(".* of which \\d+ of \\d+ MiB are in use; use a device with more .*");
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
            + " cpu; the module names a device in its code: make it use that of its inputs"
            + " (x.device)");
    reasons.put(
        "Attempted to read a PyTorch file with version 11, but the maximum supported version for"
            + " reading is 10. Your PyTorch installation may be too old.",
        "the file has version 11 of PyTorch's format, but only versions up to 10 are supported"
            + " here; save it with"
            + " an older PyTorch");
    reasons.put(
        "CUDA out of memory. Tried to allocate 20.50 MiB. GPU 0 has a total capacity of 79.11 GiB",
        "CUDA out of memory. Tried to allocate 20.50 MiB; reduce the batch size");
    reasons.put(
        "CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be"
            + " asynchronously reported at some other API call",
        "CUDA error: an illegal memory access was encountered");
    reasons.put(
        "shape '[2, 3]' is invalid for input of size 5\nException raised from infer_size at"
            + " ../aten/src/ATen/InferSize.h:39 (most recent call first):\nframe #0: c10::Error",
        "shape '[2, 3]' is invalid for input of size 5; check that the inputs have the shape that"
            + " the model expects");
    for (String shape :
        List.of(
            "mat1 and mat2 shapes cannot be multiplied (2x4 and 5x2)",
            "size mismatch, got input (2), mat (2x4), vec (5)",
            "The size of tensor a (4) must match the size of tensor b (5) at non-singleton dimension 1",
            "Given groups=1, weight of size [2, 3, 1, 1], expected input[1, 1, 4, 4] to have 3"
                + " channels, but got 1 channels instead",
            "Given normalized_shape=[4], expected input with shape [*, 4], but got input of size[2, 5]",
            "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [2, 4]",
            "input.size(-1) must be equal to input_size. Expected 4, got 5",
            "running_mean should contain 4 elements not 5",
            "Dimension out of range (expected to be in range of [-2, 1], but got 2)",
            "Sizes of tensors must match except in dimension 1. Expected size 2 but got size 3 for"
                + " tensor number 1 in the list.")) {
      reasons.put(shape, shape + "; check that the inputs have the shape that the model expects");
    }
    for (String type :
        List.of(
            "mat1 and mat2 must have the same dtype, but got Double and Float",
            "expected m1 and m2 to have the same dtype, but got: double != float",
            "expected scalar type Float but found Double",
            "Input type (double) and bias type (float) should be the same",
            "Input type (torch.FloatTensor) and weight type (torch.HalfTensor) should be the same",
            "Expected tensor for argument #1 'indices' to have one of the following scalar types:"
                + " Long, Int; but got torch.FloatTensor instead (while checking arguments for"
                + " embedding)")) {
      reasons.put(type, type + "; give the inputs the data type that the model expects");
    }
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
  void aLongTextIsCutWhereMostOfItIsLeft() {
    for (String early :
        List.of(
            "Shapes don't fit, i.e. ",
            "Shapes don't fit, e.g. ",
            "Got [1, 2] vs. ",
            "Too short. ",
            "See Fig. ")) {
      String line = Reason.of(new EngineException(early + "[1, 2], ".repeat(100)));
      assertThat(line).startsWith(early + "[1, 2], ").endsWith(",…").hasSizeBetween(380, 401);
    }
    String abbreviated = "a".repeat(300) + " is short, i.e. [1, 2], " + "b ".repeat(100);
    assertThat(Reason.of(new EngineException(abbreviated))).endsWith(" b…").hasSize(400);
    String sentence = "a".repeat(300) + " is (too short). ";
    assertThat(Reason.of(new EngineException(sentence + "b ".repeat(100))))
        .startsWith(sentence)
        .endsWith(" b…")
        .hasSizeBetween(399, 401);
    assertThat(Reason.of(new EngineException(sentence + "Next " + "b ".repeat(100))))
        .isEqualTo(sentence.strip());
    assertThat(Reason.of(new EngineException("a" + "\uD83D\uDE00".repeat(300))))
        .hasSize(400)
        .endsWith("\uDE00…");
  }

  @Test
  void whatUsersThrowStaysAsItIsOnOneLine() {
    assertThat(Reason.of(new IllegalStateException("Class is not registered: a.B\nreally")))
        .isEqualTo("java.lang.IllegalStateException: Class is not registered: a.B really");
    assertThat(Reason.of(new IllegalStateException("want:\n  5\n"))).endsWith(": want: 5");
    assertThat(Reason.of(new IllegalStateException("want:"))).endsWith("Exception: want");
  }

  /** Whatever its words are: only what libtorch throws itself has a remedy. */
  @Test
  void whatAModuleRaisesHasNoRemedyOfOthers() {
    for (String words :
        List.of(
            "the two sequences should be the same length",
            "Input type (a) and weight type (b) should be the same",
            "mat1 and mat2 shapes cannot be multiplied",
            "The size of tensor a (4) must match the size of tensor b (5)",
            "Given groups=1, weight of size [1], expected input",
            "Class is not registered: Cat",
            "index out of range in self",
            "Dimension out of range (expected to be in range of [0, 1], but got 2)",
            "can't allocate memory: you tried to allocate 8 bytes",
            "Unknown builtin op: mine::op. really",
            "Found no NVIDIA driver on your system",
            "expected 4D input (got 2D input)",
            "Expected more than 1 value per channel when training, got input size [1, 4]",
            "torch/nn/functional.py: expected 4D input (got 2D input)")) {
      assertThat(Reason.of(new EngineException(raised("ValueError", words))))
          .isEqualTo("ValueError: " + words);
    }
  }

  /** A class of the user's has methods of PyTorch's, too. */
  @Test
  void whatPyTorchsOwnModulesRaiseHasItsRemedyByTheFile() {
    String text = raised("ValueError", "expected 4D input (got 2D input)");
    String remedy = "; check that the inputs have the shape that the model expects";
    for (String file :
        List.of(
            "/usr/lib/python3.12/site-packages/torch/nn/modules/batchnorm.py",
            "C:\\Python\\Lib\\site-packages\\torch\\nn\\functional.py",
            "code/__torch__/torch/nn/modules/batchnorm/___torch_mangle_3.py")) {
      assertThat(Reason.of(new EngineException(text.replace("net.py", file)))).endsWith(remedy);
    }
    assertThat(
            Reason.of(
                new EngineException(
                    text.replace("code/__torch__/f.py", "code/__torch__/torch/nn/functional.py"))))
        .endsWith("(got 2D input)");
  }

  @Test
  void whatUsersSayInLikeWordsHasNoRemedyOfOthers() {
    for (String words :
        List.of(
            "the two sequences should be the same length",
            "all columns must match: size mismatch of a and b",
            "is invalid for input of size",
            "rows: Class is not registered: Cat")) {
      assertThat(Reason.of(new EngineException(words))).isEqualTo(words);
    }
  }

  @Test
  void anExceptionWithoutWordsIsItsName() {
    assertThat(Reason.of(new EngineException(raised("ValueError", "")))).isEqualTo("ValueError");
    assertThat(Reason.of(new EngineException(raised("ValueError", "").replace(": \n", ":\n"))))
        .isEqualTo("ValueError");
    assertThat(Reason.of(new EngineException(raised("ValueError", "\nwant 5"))))
        .isEqualTo("ValueError: want 5");
    assertThat(Reason.of(new EngineException(raised("ValueError", "want:"))))
        .isEqualTo("ValueError: want");
  }

  /** As the interpreter says it; a statement of several lines is marked line by line. */
  private static String raised(String type, String words) {
    return """
        The following operation failed in the TorchScript interpreter.
        Traceback of TorchScript, serialized code (most recent call last):
          File "code/__torch__/f.py", line 5, in forward
          def forward(self: __torch__.F,
            x: Tensor) -> Tensor:
            ops.prim.RaiseException(_0, "builtins.%1$s")
            ~~~~~~~~~~~~~~~~~~~~~~~ <--- HERE
            return x

        Traceback of TorchScript, original code (most recent call last):
          File "net.py", line 5, in forward
            def forward(self, x):
                raise %1$s(
                ~~~~~~~~~~~
                    "…"
                    ~~~
                )
                ~ <--- HERE
        builtins.%1$s: %2$s
        """
        .formatted(type, words);
  }

  @Test
  void aReasonIsOneLineAndEndsAtNoColon() {
    List<Throwable> all =
        List.of(
            new EngineException("Failed to load", new IOException("first\nsecond")),
            new EngineException("Failed to load:\n\n"),
            new EngineException("first\n\n\tsecond:"),
            new EngineException(":\n"),
            new EngineException("a", new IOException("b:\n")),
            new EngineException("a", new IllegalStateException("")),
            new EngineException("", new IOException("b\nc")),
            new IllegalStateException("a:\nb\n:"),
            new Error("a\nb:"),
            new EngineException(
                "The following operation failed in the TorchScript interpreter.\n"
                    + "Traceback of TorchScript (most recent call last):\n"
                    + "    x\n    ~ <--- HERE\n"));
    for (Throwable each : all) {
      assertThat(Reason.of(each)).as(each.toString()).hasLineCount(1).doesNotEndWith(":");
    }
    assertThat(Reason.of(all.get(0))).isEqualTo("Failed to load: IOException: first second");
  }
}
