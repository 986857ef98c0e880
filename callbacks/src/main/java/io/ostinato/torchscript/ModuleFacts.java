package io.ostinato.torchscript;

import com.google.gson.Gson;
import io.ostinato.torchscript.ModuleCode.ClassCode;
import io.ostinato.torchscript.ModuleCode.Function;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is known about a TorchScript module from its code.
 *
 * @param state what it keeps from one forward to the next
 * @param kept what it keeps, such as {@code features of Net}; if the state is unknown, the reasons
 * @param leftovers what methods other than forward may read from an earlier forward unless one runs
 *     before them in the same batch: a batch that begins with such a method needs the model as it
 *     was loaded
 * @param training operations in evaluation mode that are meant for training, such as {@code dropout
 *     (p=0.5)}
 * @param written those of {@code training} that are in the module's own code rather than in a layer
 *     of PyTorch
 * @param namedTuples the fields of each named tuple, by its qualified name
 * @param hooks the module's own hooks, which PyTorch runs only if Python or TorchScript code calls
 *     the module
 * @param seeds whether it sets the random number generator, which is shared by the process
 * @param changesInputs whether it changes, or may change, its inputs in place
 * @param inputs the parameters of each method, by its name; empty if the code can't be read
 */
public record ModuleFacts(
    KeptState state,
    List<String> kept,
    List<String> leftovers,
    List<String> training,
    List<String> written,
    Map<String, List<String>> namedTuples,
    List<String> hooks,
    boolean seeds,
    boolean changesInputs,
    Map<String, List<ModuleInput>> inputs) {
  private static final Gson GSON = new Gson();
  private static final Pattern DATA = Pattern.compile("[^/]+/data\\.pkl");

  /** The class of the module is the first one named in its pickle. */
  private static final Pattern FIRST_CLASS =
      Pattern.compile("c(__torch__[\\w.]{0,1000}+)\n(\\w{1,1000}+)\n");

  public ModuleFacts {
    kept = List.copyOf(kept);
    leftovers = List.copyOf(leftovers);
    training = List.copyOf(training);
    written = List.copyOf(written);
    namedTuples = Map.copyOf(namedTuples);
    hooks = List.copyOf(hooks);
    inputs = Map.copyOf(inputs);
  }

  /** The facts of a module whose code can't be read. */
  public static ModuleFacts unknown(String why) {
    return unknown(why, Map.of());
  }

  private static ModuleFacts unknown(String why, Map<String, List<String>> namedTuples) {
    return new ModuleFacts(
        KeptState.UNKNOWN,
        List.of(why),
        List.of(),
        List.of(),
        List.of(),
        namedTuples,
        List.of(),
        false,
        true,
        Map.of());
  }

  /** The facts of a module that keeps nothing; all others are empty. */
  public static ModuleFacts none() {
    return new ModuleFacts(
        KeptState.NONE,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Map.of(),
        List.of(),
        false,
        false,
        Map.of());
  }

  /**
   * Checks the archive of a module and analyses its code; the state is unknown if the code can't be
   * read.
   *
   * @throws DamagedModuleException if the archive is damaged
   */
  public static ModuleFacts of(byte[] archive) {
    ZipContent zip = new ZipContent(archive);
    if (zip.isWhole()) { // without its end no engine loads it
      zip.check();
    }
    CodeFiles code = CodeFiles.in(zip);
    if (code.problem().isPresent()) {
      return unknown(code.problem().get());
    }
    Optional<String> module =
        zip.entries().orElse(List.of()).stream()
            .filter(entry -> DATA.matcher(entry.name()).matches())
            .reduce((first, last) -> last)
            .flatMap(zip::contentOf)
            .flatMap(ModuleFacts::moduleClass);
    return of(ModuleCode.parse(code.byPath()), module);
  }

  /**
   * Says what the module always computes as in training, and how to save it correctly; empty if
   * nothing. {@code torch.jit.trace} fixes this for a module in training mode, and {@code training}
   * is true by default in {@code torch.nn.functional.dropout}.
   */
  public Optional<String> trainingMode() {
    if (training.isEmpty()) {
      return Optional.empty();
    }
    String remedy =
        "call model.eval() before torch.jit.trace or torch.jit.script, and save it again";
    String ofCode = "pass training=self.training to the calls of %s, ";
    return Optional.of(
        "computes as in training mode, regardless of its mode (%s); %s%s"
            .formatted(
                String.join(", ", training),
                written.isEmpty() ? "" : ofCode.formatted(String.join(", ", written)),
                remedy));
  }

  private static Optional<String> moduleClass(byte[] pickle) {
    Matcher matcher = FIRST_CLASS.matcher(new String(pickle, StandardCharsets.ISO_8859_1));
    return matcher.find()
        ? Optional.of(matcher.group(1) + "." + matcher.group(2))
        : Optional.empty();
  }

  private static ModuleFacts of(ModuleCode code, Optional<String> name) {
    Optional<ClassCode> module = name.flatMap(code::findClass);
    if (module.isEmpty()) {
      return unknown("the module's class was not found", code.namedTuples());
    }
    Findings all = new Findings();
    Findings alone = new Findings();
    try {
      follow(code, module.get(), all, alone);
    } catch (CodeSyntaxException | IndexOutOfBoundsException e) {
      all.doubt(String.valueOf(e.getMessage()));
    }
    code.unreadable().forEach(all::doubt);
    KeptState state = all.state();
    return new ModuleFacts(
        state,
        List.copyOf(state == KeptState.UNKNOWN ? all.doubts() : all.kept()),
        List.copyOf(all.readBy(alone)),
        List.copyOf(all.training()),
        List.copyOf(all.written()),
        code.namedTuples(),
        module.get().hooks(),
        all.areSeeds(),
        all.areInputsChanged(),
        inputs(module.get()));
  }

  private static Map<String, List<ModuleInput>> inputs(ClassCode module) {
    Map<String, List<ModuleInput>> inputs = new HashMap<>();
    module.methods().forEach((name, method) -> inputs.put(name, ModuleInput.of(method)));
    return inputs;
  }

  /**
   * Follows forward, and each method that users can call after a forward.
   *
   * @param alone collects what those methods do without a forward before them
   */
  private static void follow(ModuleCode code, ClassCode module, Findings all, Findings alone) {
    StateAnalysis analysis = new StateAnalysis(code, module, all);
    Function forward = module.methods().get("forward");
    Map<String, Value> left = forward == null ? Map.of() : analysis.follow(forward, Map.of());
    boolean isClear = all.doubts().isEmpty();
    for (Function method : module.methodsOfTensors()) {
      analysis.follow(method, left);
      new StateAnalysis(code, module, alone).follow(method, Map.of());
    }
    if (isClear && !all.doubts().isEmpty()) {
      // Comparing the state around a batch that calls only forward would not show it.
      all.doubts().forEach(all::changed);
    }
  }

  /** Converts to JSON, for {@link #fromJson}. */
  public String toJson() {
    return GSON.toJson(this);
  }

  /** Reads the result of {@link #toJson}. */
  public static ModuleFacts fromJson(String json) {
    return GSON.fromJson(json, ModuleFacts.class);
  }
}
