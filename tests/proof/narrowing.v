(* The pattern of some keys matches these keys and no others: for all keys, by induction.

   Checked by `make proof` where Coq is installed; `docs/proof.md` says what follows from it, and
   how it is tied to the code: `escape` and `pattern` to `Keys.iam_pattern`, `covers` to
   `Keys.covers`, `read` to `tests/proof/reader.py`. *)

Require Import Arith Bool List Setoid.
Import ListNotations.

(* * Characters *)

(* The five that mean something to IAM, and all others, each with its number in Unicode. *)
Inductive character := star | question | dollar | open | close | other (number : nat).

Definition text := list character.

Lemma same : forall a b : character, {a = b} + {a <> b}.
Proof. decide equality; apply Nat.eq_dec. Defined.

Definition is_plain (c : character) : bool :=
  match c with star | question | dollar => false | _ => true end.

(* * What s3vend writes *)

Definition escape_one (c : character) : text :=
  match c with
  | star => [dollar; open; star; close]
  | question => [dollar; open; question; close]
  | dollar => [dollar; open; dollar; close]
  | c => [c]
  end.

Fixpoint escape (key : text) : text :=
  match key with
  | [] => []
  | c :: rest => escape_one c ++ escape rest
  end.

(* One key, or all keys below a prefix. *)
Record keys := { key : text; is_prefix : bool }.

Definition pattern (some : keys) : text :=
  escape (key some) ++ (if is_prefix some then [star] else []).

(* The keys themselves, and when some include all of the others. *)
Definition has (some : keys) (k : text) : Prop :=
  if is_prefix some then exists rest, k = key some ++ rest else k = key some.

Fixpoint starts_with (prefix whole : text) : bool :=
  match prefix, whole with
  | [], _ => true
  | a :: prefix, b :: whole => if same a b then starts_with prefix whole else false
  | _ :: _, [] => false
  end.

Definition covers (scope target : keys) : bool :=
  if is_prefix scope
  then starts_with (key scope) (key target)
  else negb (is_prefix target) && (if list_eq_dec same (key target) (key scope) then true else false).

(* * What IAM reads *)

Inductive token :=
  | Literal (c : character)
  | Any (* any run of characters *)
  | One (* any one character *)
  | Value (name : text) (* a variable: stands for a value of the request *)
  | Unclosed (name : text). (* AWS does not say what this is *)

(* What AWS's pages say of reading a pattern, and no more. *)
Record Documented (read : text -> list token) : Prop := {
  reads_nothing : read [] = [];
  reads_plain : forall c rest, is_plain c = true -> read (c :: rest) = Literal c :: read rest;
  reads_star : forall rest, read (star :: rest) = Any :: read rest;
  reads_question : forall rest, read (question :: rest) = One :: read rest;
  reads_escaped_star : forall rest,
    read (dollar :: open :: star :: close :: rest) = Literal star :: read rest;
  reads_escaped_question : forall rest,
    read (dollar :: open :: question :: close :: rest) = Literal question :: read rest;
  reads_escaped_dollar : forall rest,
    read (dollar :: open :: dollar :: close :: rest) = Literal dollar :: read rest
}.

(* Whether tokens match a text. `means` is whatever variables and the undocumented stand for. *)
Inductive matches (means : token -> text -> Prop) : list token -> text -> Prop :=
  | matches_nothing : matches means [] []
  | matches_literal : forall c tokens k,
      matches means tokens k -> matches means (Literal c :: tokens) (c :: k)
  | matches_any : forall run tokens k,
      matches means tokens k -> matches means (Any :: tokens) (run ++ k)
  | matches_one : forall c tokens k,
      matches means tokens k -> matches means (One :: tokens) (c :: k)
  | matches_value : forall name value tokens k,
      means (Value name) value -> matches means tokens k ->
      matches means (Value name :: tokens) (value ++ k)
  | matches_unclosed : forall name value tokens k,
      means (Unclosed name) value -> matches means tokens k ->
      matches means (Unclosed name :: tokens) (value ++ k).

(* * Lemmas *)

Lemma literals_match : forall means k k',
  matches means (map Literal k) k' <-> k' = k.
Proof.
  intros means k. induction k as [| c k IH]; intros k'; simpl.
  - split; intros H.
    + inversion H. reflexivity.
    + subst. constructor.
  - split; intros H.
    + inversion H; subst. f_equal. apply IH. assumption.
    + subst. constructor. apply IH. reflexivity.
Qed.

Lemma literals_and_any_match : forall means k k',
  matches means (map Literal k ++ [Any]) k' <-> exists rest, k' = k ++ rest.
Proof.
  intros means k. induction k as [| c k IH]; intros k'; simpl.
  - split; intros H.
    + exists k'. reflexivity.
    + rewrite <- (app_nil_r k'). constructor. constructor.
  - split; intros H.
    + inversion H; subst.
      match goal with M : matches _ _ _ |- _ => apply IH in M; destruct M as [rest E] end.
      exists rest. subst. reflexivity.
    + destruct H as [rest E]. subst. constructor. apply IH. exists rest. reflexivity.
Qed.

Lemma starts_with_is : forall prefix whole,
  starts_with prefix whole = true <-> exists rest, whole = prefix ++ rest.
Proof.
  induction prefix as [| a prefix IH]; intros whole; simpl.
  - split; intros _; [exists whole |]; reflexivity.
  - destruct whole as [| b whole].
    + split; [discriminate | intros [rest E]; discriminate].
    + destruct (same a b) as [E | N].
      * subst. rewrite IH. split; intros [rest F]; exists rest; congruence.
      * split; [discriminate | intros [rest F]; congruence].
Qed.

Lemma covers_is : forall scope target,
  covers scope target = true <-> forall k, has target k -> has scope k.
Proof.
  intros [a whole] [b narrow]. unfold covers, has. simpl. destruct whole.
  - rewrite starts_with_is. split.
    + intros [rest E] k H. destruct narrow.
      * destruct H as [more F]. exists (rest ++ more). subst. rewrite app_assoc. reflexivity.
      * exists rest. subst. reflexivity.
    + intros H. apply H. destruct narrow; [exists []; rewrite app_nil_r |]; reflexivity.
  - destruct narrow; simpl.
    + split; [discriminate |]. intros H.
      assert (A : b ++ [] = a) by (apply H; exists []; reflexivity).
      assert (B : b ++ [star] = a) by (apply H; exists [star]; reflexivity).
      rewrite <- A in B. apply app_inv_head in B. discriminate.
    + destruct (list_eq_dec same b a) as [E | N].
      * split; [intros _ k F; congruence | intros _; reflexivity].
      * split; [discriminate |]. intros H. exfalso. apply N. apply H. reflexivity.
Qed.

(* * Theorems: for every reader that does what AWS documents, whatever else it does *)

Section Reading.

Variable read : text -> list token.
Variable documented : Documented read.
Variable means : token -> text -> Prop.

(* An escaped key is read as its characters, whatever text follows. *)
Theorem escaped_is_literal : forall k following,
  read (escape k ++ following) = map Literal k ++ read following.
Proof.
  intros k following. destruct documented.
  induction k as [| c k IH]; [reflexivity |].
  destruct c; simpl; rewrite <- IH; auto.
Qed.

(* And whatever stands before it, if that is plain, as the bucket's ARN is. *)
Theorem plain_is_literal : forall head following,
  forallb is_plain head = true -> read (head ++ following) = map Literal head ++ read following.
Proof.
  intros head following. destruct documented.
  induction head as [| c head IH]; intros P; [reflexivity |].
  simpl in *. apply andb_prop in P. destruct P as [P Q]. rewrite <- IH; auto.
Qed.

(* Neighbours change nothing: not another escaped text, and not the star of a prefix. *)
Theorem neighbours : forall a b, read (escape a ++ escape b) = read (escape a) ++ read (escape b).
Proof.
  intros a b. rewrite escaped_is_literal. f_equal.
  rewrite <- (app_nil_r (escape a)), escaped_is_literal, (reads_nothing _ documented), app_nil_r.
  reflexivity.
Qed.

Theorem neighbouring_star : forall a, read (escape a ++ [star]) = read (escape a) ++ [Any].
Proof.
  intros a. rewrite escaped_is_literal, (reads_star _ documented), (reads_nothing _ documented).
  f_equal.
  rewrite <- (app_nil_r (escape a)), escaped_is_literal, (reads_nothing _ documented), app_nil_r.
  reflexivity.
Qed.

(* The pattern of a key matches this key alone, and that of a prefix what begins with it. *)
Theorem key_exactly : forall k k', matches means (read (escape k)) k' <-> k' = k.
Proof.
  intros k k'. rewrite <- (app_nil_r (escape k)), escaped_is_literal,
    (reads_nothing _ documented), app_nil_r.
  apply literals_match.
Qed.

Theorem prefix_exactly : forall p k',
  matches means (read (escape p ++ [star])) k' <-> exists rest, k' = p ++ rest.
Proof.
  intros p k'.
  rewrite escaped_is_literal, (reads_star _ documented), (reads_nothing _ documented).
  apply literals_and_any_match.
Qed.

(* Both, in a resource's ARN: `head` is what stands before the key. *)
Theorem resource_exactly : forall head some k',
  forallb is_plain head = true ->
  (matches means (read (head ++ pattern some)) k' <-> exists k, k' = head ++ k /\ has some k).
Proof.
  intros head [k whole] k' P. unfold pattern, has. simpl.
  rewrite (plain_is_literal _ _ P), escaped_is_literal, app_assoc, <- map_app.
  destruct whole.
  - rewrite (reads_star _ documented), (reads_nothing _ documented), literals_and_any_match. split.
    + intros [rest E]. exists (k ++ rest). split; [rewrite app_assoc; assumption |].
      exists rest. reflexivity.
    + intros [k0 [E [rest F]]]. exists rest. subst. rewrite app_assoc. reflexivity.
  - rewrite (reads_nothing _ documented), app_nil_r, literals_match. split.
    + intros E. exists k. split; [assumption | reflexivity].
    + intros [k0 [E F]]. subst. reflexivity.
Qed.

Theorem pattern_exactly : forall some k', matches means (read (pattern some)) k' <-> has some k'.
Proof.
  intros some k'. rewrite <- (app_nil_l (pattern some)), resource_exactly by reflexivity.
  simpl. split.
  - intros [k [E H]]. subst. assumption.
  - intros H. exists k'. split; [reflexivity | assumption].
Qed.

(* A scope covers a target exactly if its pattern matches whatever the target's matches. *)
Theorem narrowing : forall scope target,
  covers scope target = true <->
  forall k, matches means (read (pattern target)) k -> matches means (read (pattern scope)) k.
Proof.
  intros scope target. rewrite covers_is. split; intros H k.
  - rewrite !pattern_exactly. apply H.
  - rewrite <- !pattern_exactly. apply H.
Qed.

(* A session for targets that are covered matches nothing that no scope matches. *)
Theorem session_within_its_grants : forall scopes targets k,
  Forall (fun target => Exists (fun scope => covers scope target = true) scopes) targets ->
  Exists (fun target => matches means (read (pattern target)) k) targets ->
  Exists (fun scope => matches means (read (pattern scope)) k) scopes.
Proof.
  intros scopes targets k C M. apply Exists_exists in M. destruct M as [target [I M]].
  rewrite Forall_forall in C. apply C in I. apply Exists_exists in I.
  destruct I as [scope [J D]]. apply Exists_exists. exists scope. split; [assumption |].
  apply (proj1 (narrowing scope target) D). assumption.
Qed.

End Reading.

(* Two keys never have one pattern. *)
Theorem escape_is_injective : forall a b, escape a = escape b -> a = b.
Proof.
  induction a as [| c a IH]; intros [| d b]; simpl; try reflexivity.
  - destruct d; discriminate.
  - destruct c; discriminate.
  - destruct c, d; simpl; intros E; inversion E; subst; f_equal; apply IH; assumption.
Qed.

(* * A reader that does what AWS documents: so the theorems are about something *)

Inductive place := Outside | Dollar | Inside (name : text).

Definition variable (name : text) : token :=
  match name with
  | [star] => Literal star
  | [question] => Literal question
  | [dollar] => Literal dollar
  | _ => Value name
  end.

Fixpoint read_at (at_place : place) (pattern : text) : list token :=
  match at_place, pattern with
  | Outside, [] => []
  | Outside, dollar :: rest => read_at Dollar rest
  | Outside, star :: rest => Any :: read_at Outside rest
  | Outside, question :: rest => One :: read_at Outside rest
  | Outside, c :: rest => Literal c :: read_at Outside rest
  | Dollar, [] => [Literal dollar]
  | Dollar, open :: rest => read_at (Inside []) rest
  | Dollar, dollar :: rest => Literal dollar :: read_at Dollar rest
  | Dollar, star :: rest => Literal dollar :: Any :: read_at Outside rest
  | Dollar, question :: rest => Literal dollar :: One :: read_at Outside rest
  | Dollar, c :: rest => Literal dollar :: Literal c :: read_at Outside rest
  | Inside name, [] => [Unclosed name]
  | Inside name, close :: rest => variable name :: read_at Outside rest
  | Inside name, c :: rest => read_at (Inside (name ++ [c])) rest
  end.

Definition read : text -> list token := read_at Outside.

Theorem read_is_documented : Documented read.
Proof.
  constructor; intros; try reflexivity.
  destruct c; try discriminate; reflexivity.
Qed.
