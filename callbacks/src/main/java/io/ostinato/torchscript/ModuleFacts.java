package io.ostinato.torchscript;

import com.google.gson.Gson;
import io.ostinato.torchscript.ModuleCode.ClassCode;
import io.ostinato.torchscript.ModuleCode.Function;
import io.ostinato.torchscript.ZipContent.Entry;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the code of a TorchScript module says of it.
 *
 * @param state what it keeps from one forward to the next
 * @param kept what that is, as in {@code features of Net}; where the state is unknown, why
 * @param leftovers what its methods other than forward read where a forward may have left
 *     something, unless a forward came before: a batch that begins with such a method needs the
 *     model as it was loaded
 * @param training what the code does in evaluation though it is for training, as in {@code dropout
 *     (p=0.5)}
 * @param written which of that is in the module's own code, and not in a layer of PyTorch's
 * @param namedTuples the fields of each named tuple, by its qualified name
 * @param hooks the module's own hooks, which PyTorch runs where Python code calls it, and no other
 * @param seeds whether it sets the generator of random numbers, which is one for the process
 * @param changesInputs whether it changes what it is given in place, or may
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
    boolean changesInputs) {
  private static final Gson GSON = new Gson();
  private static final Pattern CODE = Pattern.compile("[^/]+/code/(.*\\.py)");
  private static final Pattern DATA = Pattern.compile("[^/]+/data\\.pkl");

  /** The first class that the pickle of the module names is the module's own. */
  private static final Pattern FIRST_CLASS = Pattern.compile("c(__torch__[\\w.]*)\n(\\w+)\n");

  public ModuleFacts {
    kept = List.copyOf(kept);
    leftovers = List.copyOf(leftovers);
    training = List.copyOf(training);
    written = List.copyOf(written);
    namedTuples = Map.copyOf(namedTuples);
    hooks = List.copyOf(hooks);
  }

  /** What is known of a module whose code can't be read. */
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
        true);
  }

  /** A module that keeps nothing, and says no more. */
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
        false);
  }

  /** What the code says; its state is unknown where the code can't be read. */
  public static ModuleFacts of(byte[] archive) {
    ZipContent zip = new ZipContent(archive);
    Map<String, String> files = new LinkedHashMap<>();
    Optional<String> module = Optional.empty();
    for (Entry entry : zip.entries().orElse(List.of())) {
      Matcher code = CODE.matcher(entry.name());
      if (code.matches()) {
        Optional<byte[]> content = zip.contentOf(entry);
        if (content.isEmpty()) {
          return unknown("'%s' in the file is damaged".formatted(entry.name()));
        }
        files.put(code.group(1), new String(content.get(), StandardCharsets.UTF_8));
      } else if (DATA.matcher(entry.name()).matches()) {
        module = zip.contentOf(entry).flatMap(ModuleFacts::moduleClass);
      }
    }
    return of(ModuleCode.parse(files), module);
  }

  /**
   * What computes as in training for good, and how to save the module so that it doesn't: {@code
   * torch.jit.trace} writes so a module that is in training mode, and {@code training} is true by
   * default in {@code torch.nn.functional.dropout}.
   */
  public Optional<String> trainingMode() {
    if (training.isEmpty()) {
      return Optional.empty();
    }
    String remedy =
        "call model.eval() before torch.jit.trace or torch.jit.script, and save it again";
    String ofCode = "give its functions training=self.training where %s is called, ";
    return Optional.of(
        "computes as in training whatever its mode is (%s); %s%s"
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
        all.areInputsChanged());
  }

  /**
   * Follows forward, and each method that users may call once a forward has been.
   *
   * @param alone hears what those methods do where none has been
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
      // A batch that calls forward would not tell.
      all.doubts().forEach(all::changed);
    }
  }

  /** As text that {@link #fromJson} reads. */
  public String toJson() {
    return GSON.toJson(this);
  }

  /** Reads what {@link #toJson} gave. */
  public static ModuleFacts fromJson(String json) {
    return GSON.fromJson(json, ModuleFacts.class);
  }
}
