"""What a name in the code stands for: where it is declared, and what is known of it.

`resolving` finds the declaration, `lookup` what is written there, `facts` what is known without a
model; `prose` keeps of an explanation the sentences that invent no names, `explanations` keeps
those on disk.
"""
