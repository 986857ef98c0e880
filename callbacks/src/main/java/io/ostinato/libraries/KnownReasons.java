package io.ostinato.libraries;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Messages of PyTorch, ONNX Runtime and Spark about common mistakes of users, with their remedies.
 */
final class KnownReasons {
  private static final String NO_GPU =
      "; the module requires a GPU, and PyTorch has none here: make its code use the device of its"
          + " inputs (x.device), and save it on the CPU (module.cpu())";
  private static final String SHAPE =
      "; check that the inputs have the shape that the model expects";
  private static final String TYPE = "; give the inputs the data type that the model expects";

  /**
   * Matches the beginning of messages of libtorch, with the name of the error if the interpreter
   * adds it.
   */
  private static final String BEGIN = "((?:\\w+Error: )?(?:";

  /** Messages raised by the code of PyTorch's own modules. */
  private static final List<Known> OF_PYTORCHS_MODULES =
      List.of(
          known(
              "((?:ValueError: )?Expected more than 1 value per channel when training, got input"
                  + " size .*)",
              "$1; the module computes statistics over a batch, which a single row doesn't have:"
                  + " choose a batch size that leaves no last batch of one row"),
          known(
              "((?:ValueError: )?expected \\dD(?:, \\dD)*(?: or \\dD)? input \\(got \\dD input\\))",
              "$1" + SHAPE));

  private static final List<Known> ALL =
      List.of(
          // PyTorch: requirements of a module
          known(
              "Unknown builtin op: (\\S+?)\\.(?: .*|$)",
              "Unknown builtin op: $1; it belongs to a newer PyTorch, or to a library that isn't loaded"
                  + " here: export the module without it, or set the environment variable"
                  + " PYTORCH_EXTRA_LIBRARY_PATH to the library's file, on the driver and on executors"
                  + " (spark.executorEnv.PYTORCH_EXTRA_LIBRARY_PATH)"),
          known(
              "(?:\\w+: )?(Could not run '\\S+' with arguments from the 'CUDA' backend)\\..*",
              "$1" + NO_GPU),
          known(
              "(?:\\w+: )?((?:PyTorch is not linked with support for cuda"
                  + "|Found no NVIDIA driver on your system|No CUDA GPUs are available"
                  + "|Cannot initialize CUDA without ATen_cuda library"
                  + "|Torch not compiled with CUDA enabled)[^.:]*).*",
              "$1" + NO_GPU),
          known(
              "(?:\\w+: )?(Could not run '\\S+' with arguments from the '\\w+' backend)\\..*",
              "$1; export the module for the device on which it runs"),
          known(
              "(?:\\w+: )?(Expected all tensors to be on the same device, but found at least two"
                  + " devices, \\S+ and \\S+)!.*",
              "$1; the module names a device in its code: make it use that of its inputs"
                  + " (x.device)"),
          known(
              "(?:\\w+: )?Attempted to read a PyTorch file with version (\\d+), but the maximum"
                  + " supported version for reading is (\\d+)\\..*",
              "the file has version $1 of PyTorch's format, but only versions up to $2 are supported"
                  + " here; save it with an older PyTorch"),
          known(
              "Method '(\\w+)' is not defined\\.",
              "the module has no method '$1'; add it before the module is scripted"),
          // PyTorch: inputs
          known(
              "(?:\\w+: )?(\\w+\\(\\) is missing value for argument '\\w+')\\. Declaration:"
                  + " \\w+\\(\\S+ self(?:, )?(.*)\\) -> .*",
              "$1; it takes ($2): pass a column for each"),
          known(
              "(?:\\w+: )?(\\w+\\(\\) expected at most \\d+ argument\\(s\\) but received \\d+"
                  + " argument\\(s\\))\\. Declaration: \\w+\\(\\S+ self(?:, )?(.*)\\) -> .*",
              "$1; it takes ($2): pass a column for each"),
          known(
              "(?:\\w+: )?(\\w+\\(\\) Expected a value of type '.+' for argument '\\w+' but instead"
                  + " found type '[^']+').*",
              "$1; wrap the module in one that takes tensors, one for each column"),
          known(
              "((?:RuntimeError: |IndexError: )?index out of range in self).*",
              "$1; an index in the inputs is outside the module's embedding"),
          known(
              BEGIN
                  + "mat1 and mat2 shapes cannot be multiplied"
                  + "|(?:size mismatch, (?:m1|got)|[Ss]ize mismatch, )"
                  + "|The size of tensor a \\(\\d+\\) must match the size of tensor b"
                  + "|The expanded size of the tensor \\("
                  + "|shape '\\[[^']*\\]' is invalid for input of size \\d"
                  + "|Given groups=\\d+, weight of size|Given transposed=\\d, weight of size"
                  + "|Given normalized_shape=\\["
                  + "|Expected \\dD .*(?:input to|tensor|but got)"
                  + "|expected input\\[|input\\.size\\(-1\\) must be equal to input_size"
                  + "|running_mean should contain \\d+ elements"
                  + "|Dimension out of range \\(expected to be"
                  + "|Sizes of tensors must match except in dimension).*)",
              "$1" + SHAPE),
          known(
              BEGIN
                  + "mat1 and mat2 must have the same dtype|expected m1 and m2 to have the same dtype"
                  + "|[Ee]xpected (?:object of )?scalar type"
                  + "|Input type \\([\\w.]+\\) and (?:bias|weight) type \\([\\w.]+\\) should be the same"
                  + "|Expected tensor for argument #\\d+ .* to have one of the following scalar types"
                  + "|Index put requires the source and destination dtypes match"
                  + ").*)",
              "$1" + TYPE),
          // Memory
          known(
              ".*can't allocate memory: you tried to allocate (\\d+) bytes.*",
              "out of memory allocating $1 bytes"),
          known(
              "(?:\\w+: )?(CUDA out of memory\\. Tried to allocate [^.]*\\.?\\d* \\w+)\\..*", "$1"),
          // ONNX Runtime
          known(
              ".*Opset (\\d+) is under development.*support for domain (\\S+) is till opset"
                  + " (\\d+)\\..*",
              "the model has opset $1 of $2, but ONNX Runtime here supports at most $3; export it with"
                  + " opset_version=$3"),
          known(
              ".*Unsupported model IR version: (\\d+), max supported IR version: (\\d+).*",
              "the model has version $1 of ONNX's format, but ONNX Runtime here supports at most $2;"
                  + " set model.ir_version = $2 before saving it"),
          known(
              "(.*is not a registered function/op).*",
              "$1; export the model with ONNX operators only, and an opset_version that this ONNX"
                  + " Runtime supports"),
          known(
              "Non-zero status code returned while running (\\S+) node\\. Name:'(.*?)' Status"
                  + " Message: (.*)",
              "$1 '$2': $3"),
          known(
              "(Got invalid dimensions for input: \\S+) .*index: 0 Got: \\d+ Expected: (\\d+)\\b.*",
              "$1: the model was exported for batches of $2; export it with dynamic_axes, or use that"
                  + " batch size"),
          known(
              "((?:Invalid rank for input|Got invalid dimensions for input).*?)(?: Please fix.*)?",
              "$1" + SHAPE),
          known("(Unexpected input data type.*)", "$1" + TYPE),
          // Spark
          known(
              "(?:.*Exception: |.*error: )?Class is not registered: (\\S+).*",
              "Class is not registered: $1; with spark.kryo.registrationRequired=true Kryo rejects"
                  + " what is sent between driver and executors: set it to false"),
          known(
              ".*(Total size of serialized results of \\d+ tasks \\(.*?\\) is bigger than"
                  + " spark\\.driver\\.maxResultSize \\(.*?\\)).*",
              "$1; increase that setting"),
          known(
              "(?:Job \\d+ )?cancelled because SparkContext was shut down.*",
              "Spark was shut down while the job ran"),
          known(
              "Job aborted due to stage failure: .* failed (\\d+) times, most recent failure: Lost"
                  + " task .*? \\(TID \\d+\\) \\((.*?)\\): (.*)",
              "a task failed $1 times, last on $2: $3"));

  private KnownReasons() {}

  private record Known(Pattern text, String line) {}

  private static Known known(String text, String line) {
    // Anchored at both ends, since replaceFirst() finds rather than matches.
    return new Known(Pattern.compile("^(?:" + text + ")$"), line);
  }

  /** The line for a known message. */
  static Optional<String> lineOf(String text) {
    return ofPyTorchsModules(text).or(() -> ExecutorLoss.lineOf(text)).or(() -> lineOf(text, ALL));
  }

  /** The line for a known message raised by the code of PyTorch's own modules. */
  static Optional<String> ofPyTorchsModules(String text) {
    return lineOf(text, OF_PYTORCHS_MODULES);
  }

  private static Optional<String> lineOf(String text, List<Known> known) {
    for (Known each : known) {
      Matcher matcher = each.text().matcher(text);
      if (matcher.matches()) {
        return Optional.of(matcher.replaceFirst(each.line()));
      }
    }
    return Optional.empty();
  }
}
