package io.ostinato.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.ostinato.SimpleNames;

/** The rules of the house, over all modules. */
@AnalyzeClasses(
    packages = "io.ostinato",
    importOptions = {
      ImportOption.DoNotIncludeTests.class,
      ArchitectureTest.DoNotIncludeTestJars.class
    })
@ArchTag("spark35")
class ArchitectureTest {
  private static final String[] SHARED_ROOMS = {
    "io.ostinato.jobs.config..",
    "io.ostinato.jobs.data..",
    "io.ostinato.jobs.metric..",
    "io.ostinato.jobs.model..",
    "io.ostinato.jobs.modelfile..",
    "io.ostinato.jobs.scoring.."
  };

  @ArchTest
  static final ArchRule COMMANDS_DONT_KNOW_EACH_OTHER =
      slices()
          .matching("io.ostinato.jobs.(*)..")
          .should()
          .notDependOnEachOther()
          .ignoreDependency(
              DescribedPredicate.alwaysTrue(),
              JavaClass.Predicates.resideInAnyPackage(SHARED_ROOMS))
          // It is `train` on a file that ships.
          .ignoreDependency(
              JavaClass.Predicates.resideInAPackage("io.ostinato.jobs.quickstart"),
              JavaClass.Predicates.resideInAPackage("io.ostinato.jobs.train"));

  @ArchTest
  static final ArchRule NO_CYCLES_BETWEEN_ROOMS =
      slices().matching("io.ostinato.jobs.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule MODEL_FILES_KNOW_NOTHING_OF_SCORING =
      noClasses()
          .that()
          .resideInAPackage("io.ostinato.jobs.modelfile..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.ostinato.jobs.scoring..");

  @ArchTest static final ArchRule SIMPLE_NAMES_ARE_UNIQUE = SimpleNames.areUnique();

  @ArchTest
  static final ArchRule ARROWS_GO_DOWNWARDS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ostinato.jobs..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.ostinato.jobs..");

  /** Leaves out the tests of the other modules, which come as jars. */
  static final class DoNotIncludeTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }
}
