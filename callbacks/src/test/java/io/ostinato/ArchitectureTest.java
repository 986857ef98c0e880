package io.ostinato;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules of the house, for the rooms of this module. */
@AnalyzeClasses(packages = "io.ostinato", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule NO_CYCLES_BETWEEN_ROOMS =
      slices().matching("io.ostinato.(*)..").should().beFreeOfCycles();

  @ArchTest static final ArchRule DESCRIBE_KNOWS_NOBODY = importsNoOtherRoom("describe");

  @ArchTest static final ArchRule SCHEDULE_IMPORTS_NO_OTHER_ROOM = importsNoOtherRoom("schedule");

  @ArchTest static final ArchRule WEIGHTS_IMPORTS_NO_OTHER_ROOM = importsNoOtherRoom("weights");

  @ArchTest static final ArchRule METRIC_IMPORTS_NO_OTHER_ROOM = importsNoOtherRoom("metric");

  @ArchTest static final ArchRule PROGRESS_IMPORTS_NO_OTHER_ROOM = importsNoOtherRoom("progress");

  @ArchTest static final ArchRule PICKLE_IMPORTS_NO_OTHER_ROOM = importsNoOtherRoom("pickle");

  @ArchTest static final ArchRule ONNX_IMPORTS_NO_OTHER_ROOM = importsNoOtherRoom("onnx");

  @ArchTest
  static final ArchRule TORCHSCRIPT_IMPORTS_ONLY_PICKLES = imports("torchscript", "pickle");

  @ArchTest static final ArchRule LIBRARIES_IMPORTS_NO_OTHER_ROOM = importsNoOtherRoom("libraries");

  @ArchTest
  static final ArchRule MODEL_KNOWS_NOTHING_OF_EVALUATIONS =
      imports("model", "libraries", "onnx", "pickle", "torchscript", "weights");

  @ArchTest static final ArchRule PROCESS_IMPORTS_NO_OTHER_ROOM = importsNoOtherRoom("process");

  @ArchTest static final ArchRule TEXT_IMPORTS_NO_OTHER_ROOM = importsNoOtherRoom("text");

  @ArchTest static final ArchRule PLOT_IMPORTS_NO_OTHER_ROOM = importsNoOtherRoom("plot");

  @ArchTest
  static final ArchRule CALLBACK_NEVER_IMPORTS_TRAINING =
      noClasses()
          .that()
          .resideInAPackage("..callback..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("..training..");

  @ArchTest
  static final ArchRule ROOMS_OF_SHIPPED_CALLBACKS_NEVER_IMPORT_EACH_OTHER =
      slices().assignedFrom(shippedCallbacks()).should().notDependOnEachOther();

  @ArchTest static final ArchRule SIMPLE_NAMES_ARE_UNIQUE = SimpleNames.areUnique();

  @ArchTest
  static final ArchRule NO_SPARK_AND_NO_HADOOP =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..");

  /** Subclasses in Scala don't see them. */
  @ArchTest
  static final ArchRule NOTHING_IS_PROTECTED_AND_STATIC =
      noMethods().that().areProtected().should().beStatic();

  private static SliceAssignment shippedCallbacks() {
    List<String> rooms =
        List.of("averaging", "checkpoint", "loss", "monitor", "quality", "stopping");
    return new SliceAssignment() {
      @Override
      public String getDescription() {
        return "rooms of shipped callbacks";
      }

      @Override
      public SliceIdentifier getIdentifierOf(JavaClass type) {
        return rooms.stream()
            .filter(room -> type.getPackageName().equals("io.ostinato." + room))
            .findFirst()
            .map(SliceIdentifier::of)
            .orElse(SliceIdentifier.ignore());
      }
    };
  }

  private static ArchRule importsNoOtherRoom(String room) {
    return imports(room);
  }

  /**
   * Imports these other rooms at most, and {@code describe}, by which any room describes itself.
   */
  private static ArchRule imports(String room, String... others) {
    Set<String> allowed =
        Stream.concat(Stream.of(room, "describe"), Stream.of(others))
            .map(each -> "io.ostinato." + each)
            .collect(Collectors.toSet());
    return noClasses()
        .that()
        .resideInAPackage("io.ostinato." + room + "..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "reside in a room that is none of " + allowed,
                type ->
                    type.getPackageName().startsWith("io.ostinato")
                        && !allowed.contains(type.getPackageName())));
  }
}
